#include "steps/service/state_declaration.h"

namespace mxodus {

StepDeclaration service_state_declaration() {
  return {
      .name = "service.state",
      .effect = Effect::change,
      .summary = "Starts or stops a systemd unit, and what becomes of it at boot",
      .doc =
          R"(What is not written is left as it is. The change runs as a job; it is done when the unit is in its state and
the ports say so too, not when `systemctl` comes back.

- **Postfix.** `systemctl stop postfix` returns while Postfix still listens, and `systemctl restart postfix` with a broken
  main.cf succeeds while nothing runs. On Debian 12 the state asked for is that of `postfix@-.service`; name the ports as
  well.
- What has been started must stay up for three seconds: a unit that dies and is started again and again is active in
  between.
- A socket or a timer that is active starts a stopped unit again, at the first connection: that is a warning.
- `ports` must listen when the state is `running`, and must not when it is `stopped`: a second copy in a container, or
  a daemon that somebody started by hand, is found that way.
- A host that comes back after an outage starts everything that is enabled. To fence it, write `state: stopped` with
  `masked: true`: a masked unit cannot be started by a dependency, a timer or a colleague. A unit that does not exist is
  not masked but fails: its name is wrong, and what was meant goes on.
- A port that listens on loopback alone, as Debian's "local only" Postfix does, is a warning where the unit is to run; so
  is a unit without `ports` of which systemd knows no process, such as a script in init.d that has ended.
- `enabled: true` on a unit without [Install] section, which systemd calls static, fails before anything is changed, unless
  a target of every boot wants it anyway: `systemctl enable` would do nothing and call it done.
- Undo brings back what was found: state, enabling and mask.)",
      .example = R"(stop_mail:
  uses: service.state
  host: old
  with:
    unit: postfix
    state: stopped
    masked: true
    ports: [25, 465]
)",
      .params = {{.name = "unit", .doc = "The unit; `.service` may be left out.", .required = true},
                 {.name = "state",
                  .type = ParamType::enumeration,
                  .doc = "Whether it is to run.",
                  .choices = {"running", "stopped"}},
                 {.name = "enabled", .type = ParamType::boolean, .doc = "Whether it is to start at boot."},
                 {.name = "masked",
                  .type = ParamType::boolean,
                  .doc = "Whether it is to be masked, so that nothing can start it."},
                 {.name = "ports",
                  .type = ParamType::integer,
                  .doc = "TCP ports that must listen when it runs and be closed when it is stopped.",
                  .list = true},
                 {.name = "within",
                  .type = ParamType::duration,
                  .doc = "How long it may take until it is so.",
                  .fallback = "60s"}},
      .outputs = {{.name = "active", .doc = "The unit's ActiveState."},
                  {.name = "enabled", .doc = "Its UnitFileState."},
                  {.name = "listening",
                   .type = ParamType::integer,
                   .doc = "Those of the ports asked for that listen.",
                   .list = true}},
      .host = HostUse::required,
      .tools = {"systemctl"},
      .tags = {"freezes"}};
}

}  // namespace mxodus

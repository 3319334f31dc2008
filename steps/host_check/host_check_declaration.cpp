#include "steps/host_check/host_check_declaration.h"

namespace mxodus {

StepDeclaration host_check_declaration() {
  return {
      .name = "host.check",
      .effect = Effect::observe,
      .summary = "Checks that a host has what is needed: tools, room, memory, clock, users, mounts",
      .doc =
          R"(Everything is asked in one round trip and every miss is named at once, so that one evening of repairs
is enough. What is not written is not asked.

- `tools` are looked for by name, and their versions compared as numbers: restic 0.14 of Debian 12 is older than the
  0.16 that can restore a part of a snapshot. For Postfix write `postfix`.
- `free` and `inodes` ask the file system on which the path is, or would be: a Maildir runs out of inodes before it
  runs out of bytes. They count what a user without privileges can still take.
- `mounts` must be mount points: an unmounted disk leaves an empty folder on the root file system, which takes a
  restore without complaint until it is full.
- `users` are given as `name: uid`, or `name: any` where the number does not matter.
- `clock_skew` compares with this machine; where half of the round trip would decide, it is unknown. A clock
  that is off breaks TLS, TOTP and the order of events in a post-mortem.)",
      .example = R"(new_can_take_it:
  uses: host.check
  host: new
  with:
    tools: {restic: ">=0.16", rclone: any, postfix: ">=3.5"}
    free: {/mnt/ssd: 53GiB}
    inodes: {/mnt/ssd: 800000}
    users: {vmail: 5000}
    mounts: [/mnt/ssd]
    memory: 1GiB
    clock_skew: 2s
)",
      .params = {{.name = "tools",
                  .type = ParamType::map,
                  .doc = "Programs that must be there, each with a range of versions or `any`.",
                  .element = ParamType::text},
                 {.name = "free",
                  .type = ParamType::map,
                  .doc = "Paths, each with the bytes that must be free where it is or would be.",
                  .element = ParamType::size},
                 {.name = "inodes",
                  .type = ParamType::map,
                  .doc = "Paths, each with the number of files that must still fit.",
                  .element = ParamType::integer},
                 {.name = "memory",
                  .type = ParamType::size,
                  .doc = "Memory that programs must be able to take without swapping."},
                 {.name = "clock_skew",
                  .type = ParamType::duration,
                  .doc = "How far the host's clock may be from this machine's."},
                 {.name = "users",
                  .type = ParamType::map,
                  .doc = "Users that must exist, each with its uid or `any`.",
                  .element = ParamType::text},
                 {.name = "mounts",
                  .type = ParamType::path,
                  .doc = "Paths that must be mount points.",
                  .list = true}},
      .outputs = {{.name = "versions",
                   .type = ParamType::map,
                   .doc = "The version of each tool asked for; empty text where it is missing."},
                  {.name = "free", .type = ParamType::map, .doc = "The free bytes of each path asked for."},
                  {.name = "inodes",
                   .type = ParamType::map,
                   .doc = "The free inodes of each path asked for, where its file system counts them."},
                  {.name = "memory", .type = ParamType::size, .doc = "The memory available."},
                  {.name = "clock_skew",
                   .type = ParamType::duration,
                   .doc = "How far the clock is ahead; negative when it is behind."},
                  {.name = "uids", .type = ParamType::map, .doc = "The uid of each user asked for."}},
      .host = HostUse::required};
}

}  // namespace mxodus

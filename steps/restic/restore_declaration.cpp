#include "steps/restic/restore_declaration.h"

namespace mxodus {

StepDeclaration restic_restore_declaration() {
  return {
      .name = "restic.restore",
      .effect = Effect::change,
      .summary = "Restores a snapshot, or a folder of it, as a job on the host",
      .doc =
          R"(Runs restic on the step's host, in a job that goes on while the laptop sleeps and is found again
afterwards.

- **Where the files land.** restic restores under the full path of the backup: `/mail` restored to `/mnt/ssd/mail` without
  `subpath` becomes `/mnt/ssd/mail/mail`. With `subpath: /mail` the folder's content lands in the target itself.
- **The target** must be absent or empty. What an earlier try of the very same restore left is gone on with; anything
  else is refused. A small file beside the target, `.NAME.mxodus-restore`, says what was restored.
- **Room** in bytes and in inodes is compared with what the snapshot holds before anything begins.
  That is the snapshot's own summary (restic 0.17 and later) where `subpath` is all of its paths or absent; else the
  trees of the snapshot are read, which takes the longer the more folders it holds. After 30 s the look does without:
  the plan warns that the room is not compared, and the restore counts when it is done. Hard links, of which a Maildir
  store may have many, are counted by each of their names but need their room once: where it would be too small by the
  names, `restic stats` is asked, and the plan fails only where it is too small without them as well; else it warns.
- **Done** means that the files and bytes counted in the target are those that the snapshot holds. restic's exit status
  alone is not believed: some versions end well and leave files out. Where restic itself said which, another try goes on
  with them; where it did not, the step stays failed until the target is removed.
- **Locks.** The plan looks without a lock, the restore takes one that others may share. A lock that nobody shares, such as
  that of `prune` or of one that died, stops it: the plan warns and says whose it is.
- **Versions.** restic before 0.16 cannot restore a folder of a snapshot by itself and tells no progress: the files are
  restored below the target and moved up.
- **Owners** are restored by number. On another host the number may belong to somebody else: let `files.ownership` follow.
  The target folder itself keeps the owner and mode it had, or is made with mode 0700.
- **Undo** removes what was restored, only as long as nothing in it is newer and it still counts the same.)",
      .example = R"(restore:
  uses: restic.restore
  host: new
  with:
    repository: mail
    snapshot: "${steps.backup.id}"
    subpath: /mail
    to: /mnt/ssd/mail
    verify: true
  timeout: 6h
)",
      .params = {{.name = "repository",
                  .type = ParamType::repository,
                  .doc = "The repository, by its name under `repositories`.",
                  .required = true},
                 {.name = "snapshot",
                  .doc = "The snapshot's id, eight hexadecimal characters at least; not `latest`.",
                  .required = true},
                 {.name = "subpath",
                  .type = ParamType::path,
                  .doc = "The folder inside the snapshot whose content is wanted."},
                 {.name = "to",
                  .type = ParamType::path,
                  .doc = "The folder that will hold it; absent or empty.",
                  .required = true},
                 {.name = "include", .doc = "Patterns of what to restore; nothing else is.", .list = true},
                 {.name = "verify",
                  .type = ParamType::boolean,
                  .doc = "Whether restic reads every restored file again and compares.",
                  .fallback = true}},
      .outputs = {{.name = "files", .type = ParamType::integer, .doc = "How many files are in the target."},
                  {.name = "bytes", .type = ParamType::size, .doc = "Their size."},
                  {.name = "path", .type = ParamType::path, .doc = "The target."}},
      .host = HostUse::required,
      .heavy = true,
      .tools = {"restic", "find", "awk"}};
}

}  // namespace mxodus

#include "steps/restic/restore_finding.h"

#include "orchestrator/core/text.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

constexpr std::int64_t block = 4096;  ///< what a file system spends on a small file, mostly

Value value_of(const TreeCount& count) {
  return ValueMap{
      {"files", count.files}, {"folders", count.folders}, {"others", count.others}, {"bytes", count.bytes}};
}

/// What the restore itself left out, whatever has changed since; nothing where it put all there. Counted is
/// what the end of the restore was judged by: a socket, say, restic does not put back.
std::string left_out(const Params& params, const RestoreLook& seen) {
  if (!seen.target.restored) return {};
  const TreeCount& restored = *seen.target.restored;
  const bool nothing = params.has("include") && restored.files == 0;
  const TreeCount held = seen.expected ? seen.expected->tree : restored;
  const bool all = restored.files == held.files && restored.bytes == held.bytes;
  if (!nothing && (params.has("include") || all)) return {};
  return "the restore put " + counted(restored) + " to " + params.text("to") +
         (nothing ? ", for nothing in the snapshot fits `include`"
                  : " where the snapshot holds " + counted(held)) +
         "; remove " + params.text("to") + " and restore again";
}

/// What is still to come.
struct Need {
  std::int64_t nodes = 0;
  std::int64_t bytes = 0;          ///< of the files, by their names
  std::int64_t bytes_on_disk = 0;  ///< the same, as blocks are mostly spent
};

Need need_of(const RestoreLook& seen) {
  const TreeCount &expected = seen.expected->tree, &there = seen.target.count;
  Need need;
  need.nodes = expected.files + expected.folders + expected.others - there.files - there.folders;
  need.bytes = expected.bytes - there.bytes;
  need.bytes_on_disk = need.bytes + need.nodes * block;
  return need;
}

/// Whether there is room for what is still to come; each empty where there is nothing to say.
struct Room {
  std::string obstacle;  ///< why it would not fit
  std::string doubt;     ///< why nobody knows whether it fits
};

/// Where the names need more than there is: certain only where no hard link could be why.
Room short_room(const Params& params, const RestoreLook& seen) {
  const std::string to = params.text("to"), advice = "; make room there, or restore to a larger disk";
  const std::int64_t free = seen.target.free_bytes;
  const Need need = need_of(seen);
  const auto has = [&](std::int64_t bytes) {
    return to_string(Size{bytes}) + " and has " + to_string(Size{free}) + " free";
  };
  const auto& linked = seen.linked_bytes;
  if (linked == 0) return {to + " needs " + has(need.bytes_on_disk) + advice, ""};
  if (linked && need.bytes - *linked > free)
    return {to + " needs at least " + has(need.bytes - *linked) + advice, ""};
  return {"", to + " would need " + has(need.bytes_on_disk) + " if every name in the snapshot were a file; " +
                  (linked ? "hard links save " + to_string(Size{*linked}) +
                                " of what the snapshot holds, so it may fit"
                          : "hard links need their room only once, and how many there are is not known: see "
                            "there whether `restic stats --mode restore-size " +
                                params.text("snapshot").substr(0, 8) + "` tells a size that fits")};
}

Room room_for(StepContext& context, const RestoreLook& seen) {
  const Params& params = context.params();
  const std::string to = params.text("to");
  if (params.has("include") || seen.target.kind == RestoreTarget::Kind::complete) return {};
  const std::string free = to_string(Size{seen.target.free_bytes}) + " free";
  const std::string on_disk = context.host().name() + ":" + to + ", " + free + ",";
  if (!seen.expected)
    return {"", "what the snapshot holds takes longer to read than a look may take, so the room on " +
                    on_disk + " is not compared with it; see that it is enough for all that was backed up"};
  const Need need = need_of(seen);
  const bool enough_bytes = need.bytes_on_disk <= seen.target.free_bytes;
  const bool enough_inodes = !seen.target.free_inodes || need.nodes <= *seen.target.free_inodes;
  if (enough_bytes && enough_inodes) return {};
  if (!seen.target.counted)
    return {"", "what an earlier try left takes longer to count than a look may take, so the room on " +
                    on_disk + " is not compared with what is still to come; all of it would need " +
                    to_string(Size{need.bytes_on_disk})};
  Room room = enough_bytes ? Room() : short_room(params, seen);
  if (!room.obstacle.empty() || enough_inodes) return room;
  return {to + " needs " + std::to_string(need.nodes) + " inodes and has " +
              std::to_string(*seen.target.free_inodes) +
              " free; make room there, or restore to a larger file system",
          ""};
}

/// Why the restore would not work, or nothing.
std::string obstacle(const Params& params, const RestoreLook& seen) {
  const std::string to = params.text("to");
  using Kind = RestoreTarget::Kind;
  if (seen.target.kind == Kind::other) return to + " is no folder";
  if (seen.target.kind == Kind::foreign)
    return to + " is not empty and nothing of this step is in it; move it away or restore elsewhere";
  if (seen.target.kind == Kind::complete) return left_out(params, seen);
  const bool nested = seen.restic.compare({{0, 16}}) < 0 && params.has("subpath");
  if (nested && params.has("include"))
    return "restic " + to_string(seen.restic) + " cannot combine `subpath` and `include`; 0.16 or later can";
  return {};
}

Finding judged(StepContext& context, const Repository& repository, const RestoreLook& seen) {
  const Params& params = context.params();
  const std::string host = context.host().name();
  Finding found;
  const bool nested = params.has("subpath") && seen.restic.compare({{0, 16}}) < 0;
  const std::optional<TreeCount> expected = seen.expected ? std::optional(seen.expected->tree) : std::nullopt;
  const bool less_or_more = !params.has("include") && expected && seen.target.count != *expected;
  const Room room = room_for(context, seen);
  found.state =
      ValueMap{{"host", host},
               {"target", std::string(to_string(seen.target.kind))},
               {"left", value_of(seen.target.count)},
               {"recorded", value_of(params.has("include") || !expected ? seen.target.count : *expected)},
               {"touched", seen.target.touched},
               {"expected", expected ? value_of(*expected) : Value()},
               {"trees_read", seen.expected && seen.expected->read},
               {"nested", nested ? "yes" : "no"},
               {"repository", ValueMap{{"url", repository.url},
                                       {"password", *repository.password},
                                       {"options", repository.options}}}};
  if (!room.doubt.empty()) (*found.state.get<ValueMap>())["room"] = room.doubt;
  std::string wrong = obstacle(params, seen);
  if (wrong.empty()) wrong = room.obstacle;
  found.verdict = wrong.empty() ? Verdict::ok : Verdict::fail;
  if (!wrong.empty()) {
    found.sentence = host + ": " + wrong;
  } else if (seen.target.kind == RestoreTarget::Kind::complete) {
    if (less_or_more) found.verdict = Verdict::warn;
    found.outputs = restore_outputs(params, seen.target.count);
    found.sentence = params.text("to") + " holds the restored " + counted(seen.target.count) +
                     (less_or_more          ? ", changed since: the snapshot holds " + counted(*expected)
                      : seen.target.touched ? ", changed since"
                                            : "");
  } else {
    found.sentence = "restore " + params.text("snapshot").substr(0, 8) + ":" + params.text("subpath") + ", " +
                     wanted(params, expected) + ", to " + host + ":" + params.text("to");
  }
  return found;
}

}  // namespace

TreeCount count_of(const Value& value) {
  return {integer_in(value, "files"), integer_in(value, "folders"), integer_in(value, "others"),
          integer_in(value, "bytes")};
}

std::string counted(const TreeCount& count) {
  return std::to_string(count.files) + " files, " + to_string(Size{count.bytes});
}

std::string wanted(const Params& params, const std::optional<TreeCount>& count) {
  if (!count) return "not counted";
  return params.has("include") ? "at most " + counted(*count) : counted(*count);
}

std::string no_folder(const Params& params) {
  return params.text("subpath") + " is no folder in snapshot " + params.text("snapshot").substr(0, 8);
}

bool short_of_bytes(const Params& params, const RestoreLook& seen) {
  using Kind = RestoreTarget::Kind;
  const Kind kind = seen.target.kind;
  const bool wants_room = kind == Kind::absent || kind == Kind::empty || kind == Kind::begun;
  return wants_room && !params.has("include") && seen.expected && seen.target.counted &&
         need_of(seen).bytes_on_disk > seen.target.free_bytes;
}

std::string what_is_restored(const Params& params) {
  return "restic restore " + params.text("snapshot").substr(0, 8) + ":" + params.text("subpath") + " " +
         join(params.texts("include"), " ");
}

ValueMap restore_outputs(const Params& params, const TreeCount& count) {
  return {{"files", count.files}, {"bytes", Size{count.bytes}}, {"path", params.text("to")}};
}

Finding finding_of(StepContext& context, const Repository& repository, RestoreLook seen) {
  const Params& params = context.params();
  const bool nothing = seen.expected && seen.expected->tree == TreeCount{};
  const bool of_no_folder =
      params.has("subpath") && seen.expected && seen.expected->read && seen.expected->tree.folders == 0;
  if (params.has("subpath") && seen.expected) --seen.expected->tree.folders;
  Finding found = judged(context, repository, seen);
  if (nothing) {
    found.verdict = Verdict::fail;
    found.sentence = "snapshot " + params.text("snapshot").substr(0, 8) + " holds nothing at " +
                     (params.has("subpath") ? params.text("subpath") : "all");
  } else if (of_no_folder) {
    found.verdict = Verdict::fail;
    found.sentence = no_folder(params) + "; name the folder and `include` the file";
  }
  return found;
}

}  // namespace mxodus

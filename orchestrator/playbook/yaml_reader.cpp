#include "orchestrator/playbook/yaml_reader.h"

#include <algorithm>
#include <istream>
#include <map>
#include <streambuf>
#include <unordered_map>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "orchestrator/playbook/source_lines.h"
#include "orchestrator/playbook/yaml_faults.h"

namespace mxodus {
namespace {

/// Ends the parse: the fault that explains it is already written down.
struct TooMuch {};

/// Lets yaml-cpp read a string_view without another copy of it.
struct ViewBuffer : std::streambuf {
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT: streambuf reads only
    setg(begin, begin, begin + text.size());
  }
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceLines& lines, Faults& faults, const YamlLimits& limits)
      : lines_(lines), faults_(faults), limits_(limits) {}

  std::optional<Node> take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(Node::scalar({}, Node::Style::plain, place(mark)), {anchor});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool plain = tag == "?" || tag.empty();
    if (!plain && tag != "!" && tag != "tag:yaml.org,2002:str") refuse_tag(mark, tag);
    const auto line = lines_.line(static_cast<std::size_t>(mark.line) + 1);
    const auto begin = static_cast<std::size_t>(mark.column) + (plain ? 0 : 1);
    const bool verbatim = begin <= line.size() && line.substr(begin).starts_with(value);
    if (!plain && !verbatim) check_quote(mark.line, mark.column, lines_, faults_);
    finish(Node::scalar(value, plain ? Node::Style::plain : Node::Style::quoted, place(mark), verbatim),
           {anchor});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      faults_.add(place(mark), "playbook.alias-in-itself",
                  "this alias stands inside the node that it repeats", "write the values out");
      finish(Node::scalar({}, Node::Style::plain, place(mark)), {});
      return;
    }
    const Anchored& anchored = found->second;
    if (open_.size() + anchored.depth > limits_.depth) too_deep(place(mark));
    finish(anchored.node, {0, anchored.nodes, anchored.depth, anchored.nodes});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    if (tag != "?" && tag != "!" && !tag.empty() && tag != "tag:yaml.org,2002:seq") refuse_tag(mark, tag);
    open(mark, anchor, true);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (tag != "?" && tag != "!" && !tag.empty() && tag != "tag:yaml.org,2002:map") refuse_tag(mark, tag);
    open(mark, anchor, false);
  }
  void OnSequenceEnd() override {
    Open top = close();
    finish(Node::list(std::move(top.items), top.mark), {top.anchor, top.nodes, top.depth});
  }
  void OnMapEnd() override {
    Open top = close();
    finish(Node::map(std::move(top.entries), top.mark), {top.anchor, top.nodes, top.depth});
  }

 private:
  struct Open {
    bool is_list = false;
    Mark mark;
    YAML::anchor_t anchor = 0;
    Node::List items;
    Node::Map entries;
    std::optional<Node> key;
    std::unordered_map<std::string, Mark> keys;
    std::size_t nodes = 1;
    std::size_t depth = 1;
  };
  struct Anchored {
    Node node;
    std::size_t nodes;
    std::size_t depth;
  };
  /// What finishing a node means for the limits.
  struct Finished {
    YAML::anchor_t anchor = 0;
    std::size_t nodes = 1;  ///< in the whole subtree
    std::size_t depth = 1;
    std::size_t uncounted = 1;  ///< nodes of it that no earlier call has counted
  };

  Mark place(const YAML::Mark& mark) const { return lines_.mark(mark.line, mark.column); }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    faults_.add(place(mark), "playbook.tag", "the tag \"" + tag + "\" means nothing here",
                "leave the tag out; quote the value where it must be text");
  }

  [[noreturn]] void too_deep(Mark mark) {
    faults_.add(mark, "playbook.too-deep",
                "lists and maps are nested more than " + std::to_string(limits_.depth) + " levels deep here",
                "write the inner part flat");
    throw TooMuch();
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_list) {
    if (open_.size() >= limits_.depth) too_deep(place(mark));
    open_.push_back({is_list, place(mark), anchor, {}, {}, {}, {}, 1, 1});
  }

  Open close() {
    Open top = std::move(open_.back());
    open_.pop_back();
    return top;
  }

  /// Puts a finished node where it belongs: into the list or map that is open, or at the top.
  void finish(Node node, const Finished& what) {
    const bool is_key = !open_.empty() && !open_.back().is_list && !open_.back().key;
    // A key comes with its value, and an anchored node is kept a second time.
    count_ += (is_key ? 0 : what.uncounted) + (what.anchor != 0 ? what.nodes : 0);
    if (count_ > limits_.nodes) {
      faults_.add(node.mark(), "playbook.too-large",
                  "the playbook has more than " + std::to_string(limits_.nodes) + " values at this point",
                  "repeat less by aliases, or split the playbook");
      throw TooMuch();
    }
    if (what.anchor != 0) anchors_.insert_or_assign(what.anchor, Anchored{node, what.nodes, what.depth});
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    parent.nodes += what.nodes;
    parent.depth = std::max(parent.depth, what.depth + 1);
    if (parent.is_list) {
      parent.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      add_entry(parent, *std::exchange(parent.key, std::nullopt), std::move(node));
    }
  }

  void add_entry(Open& map, const Node& key, Node value) {
    if (!key.is_scalar() || key.is_null()) {
      faults_.add(key.mark(), "playbook.key-not-text",
                  "a key is a word, and this one is " + std::string(key.kind_name()),
                  key.is_map() ? "quote a value that begins with ${…}" : "");
      return;
    }
    const auto [known, is_new] = map.keys.emplace(key.text(), key.mark());
    if (!is_new) {
      faults_.add(key.mark(), "playbook.duplicate-key",
                  "the key \"" + key.text() + "\" stands already in line " +
                      std::to_string(known->second.line) + " of the same map",
                  "keep one of the two");
      return;
    }
    map.entries.push_back({key.text(), key.mark(), std::move(value)});
  }

  const SourceLines& lines_;
  Faults& faults_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::optional<Node> root_;
  std::size_t count_ = 0;
};

/// Everything after the first document is a mistake: steps that nobody would run.
void refuse_second_document(YAML::Parser& parser, const SourceLines& lines, Faults& faults) {
  struct Nothing : YAML::EventHandler {
    std::optional<YAML::Mark> begin;
    void OnDocumentStart(const YAML::Mark& mark) override { begin = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
  } second;
  if (parser.HandleNextDocument(second))
    faults.add(lines.mark(second.begin->line, second.begin->column), "playbook.second-document",
               "a second document begins here, and a playbook is one", "remove the line \"---\" before it");
}

}  // namespace

std::optional<Node> read_yaml(std::string_view text, Faults& faults, const YamlLimits& limits) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const SourceLines lines(text);
  if (!check_encoding(text, lines, limits.bytes, faults)) return std::nullopt;
  TreeBuilder builder(lines, faults, limits);
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      if (text.starts_with('%'))
        faults.add({1, 1}, "playbook.empty",
                   "the playbook holds lines that begin with %, and nothing else that YAML reads",
                   "a comment begins with #");
      else
        faults.add({1, 1}, "playbook.empty", "the playbook is empty", "begin with \"mxodus: 1\"");
      return std::nullopt;
    }
    refuse_second_document(parser, lines, faults);
  } catch (const TooMuch&) {
    return std::nullopt;
  } catch (const YAML::Exception& fault) {
    add_syntax_fault(fault.msg, {fault.mark.line, fault.mark.column}, lines, faults);
    return std::nullopt;
  }
  return builder.take();
}

}  // namespace mxodus

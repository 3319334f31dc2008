#include "orchestrator/playbook/expression_check.h"

#include <algorithm>
#include <array>
#include <set>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/text.h"
#include "orchestrator/playbook/lua_interpreter.h"
#include "orchestrator/playbook/lua_sandbox.h"
#include "orchestrator/playbook/lua_tokens.h"

namespace mxodus {
namespace {

constexpr std::array<std::string_view, 6> roots = {"inputs", "secrets", "hosts", "steps", "item", "self"};

/// Words of other languages for what Lua writes differently.
struct Foreign {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array<Foreign, 8> foreign = {{{"!=", "~="},
                                             {"&&", "and"},
                                             {"||", "or"},
                                             {"!", "not"},
                                             {"null", "nil"},
                                             {"None", "nil"},
                                             {"True", "true"},
                                             {"False", "false"}}};

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source), tokens_(lua_tokens(source)) {}

  ExpressionWords read() {
    if (source_.size() > LuaLimits{}.source_length) {
      fault(0, "expression.too-long",
            "an expression has " + std::to_string(LuaLimits{}.source_length) + " bytes at most",
            "compute it in a step");
    } else if (tokens_.empty()) {
      fault(0, "expression.empty", "nothing stands between ${ and }",
            "write an expression, or $${} for the text");
    } else {
      collect_locals();
      for (at_ = 0; at_ < tokens_.size() && !words_.fault; ++at_) look();
      if (!words_.fault && depth_ > 0)
        fault(open_.back(), "expression.bracket", "this bracket is never closed");
    }
    return std::move(words_);
  }

 private:
  void fault(std::size_t offset, std::string code, std::string message, std::string hint = {}) {
    if (words_.fault) return;
    words_.fault = {{ErrorKind::invalid, std::move(code), std::move(message), {}, {}, std::move(hint)},
                    offset};
  }

  const LuaToken* token(std::size_t index) const {
    return index < tokens_.size() ? &tokens_[index] : nullptr;
  }
  bool is(std::size_t index, std::string_view word) const { return token(index) && token(index)->is(word); }
  bool is_name(std::size_t index) const { return token(index) && token(index)->kind == LuaToken::Kind::name; }

  /// Names that functions inside the expression introduce: after local and for, and between the brackets of a
  /// function's parameters.
  void collect_locals() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is(i, "function")) has_function_ = true;
      const bool introduces = is(i, "local") || is(i, "for") || is(i, "function");
      if (!introduces) continue;
      std::size_t name = i + 1;
      while (is(name, "function") || is(name, "(") || is(name, ",") || is_name(name)) {
        if (is_name(name)) introduce(*token(name));
        // "local f = …" and "function (a) b" end where two names meet or the bracket closes.
        if (is_name(name) && !is(name + 1, ",") && !is(name + 1, "(")) break;
        ++name;
      }
    }
  }

  void introduce(const LuaToken& name) {
    if (std::find(roots.begin(), roots.end(), name.text) != roots.end() || name.text == "_ENV")
      fault(name.offset, "expression.name", std::string(name.text) + " cannot be the name of a variable",
            "use another name");
    locals_.insert(name.text);
  }

  void look() {
    const LuaToken& now = tokens_[at_];
    if (now.kind == LuaToken::Kind::broken)
      return fault(now.offset, "expression.quote", "a text begins here and never ends", "close the quote");
    if (now.kind == LuaToken::Kind::number) return look_at_number(now);
    if (now.kind == LuaToken::Kind::symbol) look_at_symbol(now);
    if (now.kind == LuaToken::Kind::name) look_at_name(now);
  }

  void look_at_symbol(const LuaToken& now) {
    for (const Foreign& word : foreign)
      if (now.is(word.theirs)) return suggest(now, word);
    if (now.is("(") || now.is("[") || now.is("{")) {
      ++depth_;
      open_.push_back(now.offset);
    }
    if (now.is(")") || now.is("]") || now.is("}")) {
      if (--depth_ < 0) return fault(now.offset, "expression.bracket", "this bracket closes nothing");
      open_.pop_back();
    }
    const bool in_table = !open_.empty() && source_[open_.back()] == '{';
    if (now.is("=") && !in_table && !has_function_)
      fault(now.offset, "expression.assignment", "an expression gives nothing a new value",
            "compare with ==");
  }

  void suggest(const LuaToken& now, const Foreign& word) {
    fault(now.offset, "expression.foreign", "\"" + std::string(word.theirs) + "\" is not Lua",
          "write " + std::string(word.ours));
  }

  void look_at_number(const LuaToken& now) {
    const std::string text(now.text);
    const char* kind = parse_duration(text) ? "duration" : parse_size(text) ? "size" : nullptr;
    if (parse_ratio(text)) kind = "ratio";
    if (kind)
      fault(now.offset, "expression.quantity", "a number with a unit is written as a call",
            "write " + std::string(kind) + "(\"" + text + "\")");
  }

  void look_at_name(const LuaToken& now) {
    const bool is_field = at_ > 0 && (is(at_ - 1, ".") || is(at_ - 1, ":"));
    const bool is_key =
        is(at_ + 1, "=") && at_ > 0 && (is(at_ - 1, "{") || is(at_ - 1, ",") || is(at_ - 1, ";"));
    const bool is_label = is(at_ - 1, "goto") || is(at_ - 1, "::");
    if (is_field || is_key || is_label || locals_.count(now.text) != 0) return;
    if (std::find(roots.begin(), roots.end(), now.text) != roots.end()) return look_at_root(now);
    const auto& known = sandbox_names();
    if (std::find(known.begin(), known.end(), now.text) != known.end()) return;
    for (const Foreign& word : foreign)
      if (now.is(word.theirs)) return suggest(now, word);
    std::vector<std::string> candidates(known.begin(), known.end());
    candidates.insert(candidates.end(), roots.begin(), roots.end());
    const std::string near = nearest(now.text, candidates);
    fault(now.offset, "expression.unknown-name",
          "there is nothing named \"" + std::string(now.text) + "\" here",
          near.empty()
              ? "quote it if it is a text; values are under inputs, secrets, hosts, steps, item, self"
              : "did you mean " + near + "?");
  }

  void look_at_root(const LuaToken& now) {
    FoundReference found{std::string(now.text), {}, now.offset};
    std::size_t next = at_ + 1;
    while (next < tokens_.size()) {
      if (is(next, ".") && is_name(next + 1)) {
        found.path.emplace_back(token(next + 1)->text);
        next += 2;
      } else if (const auto key = bracketed(next)) {
        found.path.push_back(*key);
        next += 3;
      } else {
        break;
      }
    }
    const bool must_be_named = now.is("steps") || now.is("secrets");
    if (must_be_named && found.path.empty())
      return fault(now.offset, "expression.not-literal",
                   std::string(now.text) + " must be followed by a name that stands here as it is",
                   "write " + found.root + ".NAME or " + found.root + "[\"NAME\"]");
    words_.references.push_back(std::move(found));
  }

  /// The text in ["text"] at `index`.
  std::optional<std::string> bracketed(std::size_t index) const {
    if (!is(index, "[") || !token(index + 1) || !is(index + 2, "]")) return std::nullopt;
    const auto content = literal_content(*token(index + 1));
    if (!content) return std::nullopt;
    return std::string(*content);
  }

  std::string_view source_;
  std::vector<LuaToken> tokens_;
  std::set<std::string_view> locals_;
  bool has_function_ = false;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<std::size_t> open_;
  ExpressionWords words_;
};

}  // namespace

ExpressionWords read_words(std::string_view source) {
  return Reader(source).read();
}

}  // namespace mxodus

#include "orchestrator/report/plan_text.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/report/gate_text.h"

namespace mxodus {
namespace {

constexpr std::size_t action_width = 10;
constexpr std::size_t longest_id = 24;

struct Sign {
  const char* symbol;
  std::string word;
  Role role;
};

/// "Could not ask" is neither ok nor a failure.
bool could_not_ask(const PlannedItem& item) {
  return item.found && item.found->verdict == Verdict::unknown;
}

Sign sign_of(const PlannedItem& item) {
  if (item.step.would_fail && could_not_ask(item)) return {"!", "unknown", Role::bad};
  if (item.step.would_fail) return {"!", "would fail", Role::bad};
  switch (item.action) {
    case PlannedAction::none:
      if (item.found) {
        const bool fine = item.found->verdict == Verdict::ok;
        return {"=", std::string(to_string(item.found->verdict)), fine ? Role::good : Role::warning};
      }
      return {"=", "no change", Role::plain};
    case PlannedAction::observe:
      return {"=", "looks", Role::plain};
    case PlannedAction::change:
      if (item.effect == Effect::permanent) return {"~", "permanent", Role::warning};
      return {"~", "change", Role::change};
    case PlannedAction::ask:
      return {"?", "asks", Role::question};
    case PlannedAction::wait:
      return {":", "waits", Role::plain};
    case PlannedAction::deferred:
      return {".", "deferred", Role::faint};
    case PlannedAction::blocked:
      return {"x", "blocked", Role::warning};
    case PlannedAction::skipped:
      return {"-", "skipped", Role::faint};
  }
  return {" ", "", Role::plain};
}

std::string sentence_of(const PlannedItem& item) {
  if (item.step.would_fail) return *item.step.would_fail;
  if (item.question && item.action == PlannedAction::ask) return item.question->text;
  std::string text = item.step.summary;
  if (item.sureness == Sureness::not_yet_known && !item.waits_for.empty())
    text += (text.empty() ? "" : "; ") + std::string("not yet known until ") + item.waits_for;
  if (item.sureness == Sureness::opaque) text += text.empty() ? "opaque command" : " (opaque)";
  if (text.empty() && item.found) text = item.found->sentence;
  return text.empty() ? item.uses : text;
}

std::string change_text(const Change& change, const Style& style, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string text = margin + printable_line(change.what, 120) + "\n";
  const auto side = [&](const char* mark, const std::string& value, Role role) {
    for (const std::string& line : split(value, '\n')) {
      const std::string shown = printable_line(line, 400);
      // What is not read on a terminal may be searched and copied: it keeps its lines.
      text +=
          margin +
          style.paint(role, std::string(mark) + " " +
                                (style.animate ? wrap(shown, style.width - indent - 2, indent + 2) : shown)) +
          "\n";
    }
  };
  if (!change.before.empty()) side("-", change.before, Role::bad);
  if (!change.after.empty()) side("+", change.after, Role::good);
  return text;
}

std::size_t widest_id(const Plan& plan) {
  std::size_t width = 8;
  for (const PlannedItem& item : plan.items) width = std::max(width, columns(shown(item.id)));
  return std::min(width, longest_id);
}

std::string heading(const Plan& plan, const Style& style) {
  const auto effects = [&](Effect effect) {
    return std::count_if(plan.items.begin(), plan.items.end(), [&](const PlannedItem& item) {
      return item.effect == effect && item.action != PlannedAction::ask && item.action != PlannedAction::wait;
    });
  };
  std::string text = style.paint(Role::heading, printable_line(plan.name)) + "  plan " +
                     digest(plan).substr(0, 12) + "\n" + counted(plan.items.size(), "step") + ": " +
                     std::to_string(effects(Effect::observe)) + " look, " +
                     std::to_string(effects(Effect::change)) + " change, " +
                     std::to_string(effects(Effect::permanent)) + " cannot be undone\n\n";
  for (const auto& [name, host] : plan.hosts) {
    const bool fine = host.trouble.empty();
    const std::string seen =
        fine ? host.identity.address + "  " + host.identity.fingerprint
             : (host.may_be_down ? "does not answer, and may be down: " : "cannot be asked: ") + host.trouble;
    text += "  host " + pad(name, 10) + "  " +
            style.paint(fine ? Role::faint : Role::warning,
                        wrap(printable_line(seen, 600), style.width - 19, 19)) +
            "\n";
  }
  std::size_t name_width = 8;
  for (const auto& [name, value] : plan.inputs) name_width = std::max(name_width, columns(name));
  for (const auto& [name, value] : plan.inputs)
    text += "  input " + pad(name, name_width) + "  " + printable_line(to_string(value), 120) + "\n";
  return text;
}

struct Questions {
  std::size_t now = 0;
  std::size_t later = 0;
};

Questions questions(const Plan& plan) {
  Questions result;
  for (const PlannedItem& item : plan.items) {
    if (item.action == PlannedAction::ask) ++result.now;
    if (item.action == PlannedAction::deferred && item.effect == Effect::permanent) ++result.later;
  }
  return result;
}

std::string list_of(const char* title, const std::vector<const PlannedItem*>& items, const Style& style,
                    std::size_t width) {
  if (items.empty()) return {};
  std::string text = "\n" + style.paint(Role::heading, title) + "\n";
  for (const PlannedItem* item : items) {
    const std::size_t indent = width + 5;
    text += "  " + style.paint(Role::bad, "!") + " " + pad(shown(item->id), width) + " " +
            wrap(printable_line(*item->step.would_fail, 600),
                 style.width - std::min(style.width - 20, indent), indent) +
            "\n";
  }
  return text;
}

std::string ending(const Plan& plan, const Style& style) {
  std::string text;
  if (!plan.lint.empty()) text += "\n" + style.paint(Role::heading, "Lint") + "\n";
  for (const Error& fault : plan.lint) {
    const std::string place = fault.position ? to_string(*fault.position) + ": " : std::string();
    text += "  " + style.paint(Role::warning, "! ") +
            wrap(printable_line(place + fault.message, 600), style.width - 4, 4) + "\n";
    if (!fault.hint.empty())
      text += "      " + wrap(printable_line(fault.hint, 300), style.width - 6, 6) + "\n";
  }
  auto failing = plan.would_fail();
  const auto unknown = std::stable_partition(failing.begin(), failing.end(),
                                             [](const PlannedItem* item) { return !could_not_ask(*item); });
  text += list_of("Would fail", {failing.begin(), unknown}, style, widest_id(plan));
  text += list_of("Could not be asked", {unknown, failing.end()}, style, widest_id(plan));
  if (!plan.complete())
    text += "\n" + style.paint(Role::bad, "The plan is incomplete") +
            ": a host that is needed cannot be asked. It cannot be run.\n";
  const Questions asked = questions(plan);
  text += "\n" + counted(asked.now, "question") + " now, " + std::to_string(asked.later) + " later. ";
  return text + style.paint(Role::good, "Nothing has been changed.") + "\n";
}

}  // namespace

std::string item_text(const PlannedItem& item, const Style& style, std::size_t id_columns) {
  const Sign sign = sign_of(item);
  const std::size_t indent = 4 + id_columns + 1 + action_width + 1;
  const std::size_t room = style.width > indent + 20 ? style.width - indent : 20;
  std::string text = "  " + style.paint(sign.role, sign.symbol) + " " +
                     pad(cut(shown(item.id), id_columns), id_columns) + " " +
                     style.paint(sign.role, pad(sign.word, action_width)) + " " +
                     wrap(printable_line(sentence_of(item), 600), room, indent) + "\n";
  if (item.question) text += offer_text(*item.question, style, 6);
  for (const Change& change : item.step.changes) text += change_text(change, style, 6);
  for (const std::string& warning : item.step.warnings)
    text += "      " + style.paint(Role::warning, "warning: ") +
            wrap(printable_line(warning, 400), style.width - 16, 15) + "\n";
  if (item.point_of_no_return)
    text += "  " +
            style.paint(Role::warning, "--- point of no return: from here on undo means something else ---") +
            "\n";
  return text;
}

std::string plan_text(const Plan& plan, const Style& style) {
  std::string text = heading(plan, style);
  const std::size_t width = widest_id(plan);
  std::string stage;
  bool first = true;
  for (const PlannedItem& item : plan.items) {
    if (first || item.stage != stage)
      text += "\n" + (item.stage.empty() ? std::string()
                                         : style.paint(Role::heading, printable_line(item.stage)) + "\n");
    first = false;
    stage = item.stage;
    text += item_text(item, style, width);
  }
  return text + ending(plan, style);
}

std::string plan_markdown(const Plan& plan) {
  const auto cell = [](std::string_view text) {
    std::string escaped;
    for (const char c : printable_line(text, 600)) {
      if (std::string_view("\\`*_{}[]<>#|").find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
    return escaped;
  };
  std::string text = "# " + cell(plan.name) + "\n\nPlan `" + digest(plan).substr(0, 12) + "`, made " +
                     to_string(plan.made_at) + ".\n";
  std::string stage;
  for (const PlannedItem& item : plan.items) {
    if (!item.stage.empty() && item.stage != stage) text += "\n## " + cell(item.stage) + "\n";
    stage = item.stage;
    text += "\n- [ ] **" + cell(to_string(item.id)) + "** (" + sign_of(item).word +
            "): " + cell(sentence_of(item));
    if (item.question) {
      for (const std::string& option : item.question->options) text += "\n  - " + cell(option);
      for (const std::string& one : item.question->items) text += "\n  - [ ] " + cell(one);
    }
    for (const Change& change : item.step.changes)
      text += "\n  - " + cell(change.what) + ": " +
              (change.before.empty() ? "nothing" : cell(change.before)) + " → " +
              (change.after.empty() ? "nothing" : cell(change.after));
  }
  if (!plan.lint.empty()) text += "\n\n## Lint\n";
  for (const Error& fault : plan.lint)
    text += "\n- " + (fault.position ? cell(to_string(*fault.position)) + ": " : std::string()) +
            cell(fault.message) + (fault.hint.empty() ? "" : "; " + cell(fault.hint));
  const Questions asked = questions(plan);
  return text + "\n\n" + counted(asked.now, "question") + " now, " + std::to_string(asked.later) +
         " later. Nothing has been changed.\n";
}

}  // namespace mxodus

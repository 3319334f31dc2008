#include "tests/support/arrange.h"

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include <sys/stat.h>

#include "orchestrator/core/text.h"

namespace mxodus {

std::string slurp(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void append_to(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

void write_private(const std::filesystem::path& path, const std::string& text, bool executable) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), executable ? 0700 : 0600);
}

std::string hanging_script(const std::filesystem::path& mark) {
  const std::string file = shell_quote(mark.string());
  return "echo $$ >" + file + "; while [ -e " + file + " ]; do sleep 0.1; done";
}

bool eventually(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace mxodus

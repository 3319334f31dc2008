#include <cstdio>

int main() {
  std::puts("mxodus 0.1.0");
  return 0;
}

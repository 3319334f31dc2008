// Each context of libunbound writes its configuration into globals again, with the values that are there,
// while the threads of others read them. The library is not instrumented, and the race is its own.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libunbound.so\n";
}

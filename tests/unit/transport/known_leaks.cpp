// What the sanitizers ask for at start. libssh 0.10 forgets the agent's keys it had not come to when a server
// hangs up within ssh_userauth_agent; only a full unwind finds that frame, because libssh has no frame
// pointers.
extern "C" const char* __asan_default_options() {
  return "fast_unwind_on_malloc=0";
}
extern "C" const char* __lsan_default_suppressions() {
  return "leak:ssh_userauth_agent\n";
}

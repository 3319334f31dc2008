#include "steps/dns/mail_services.h"

namespace mxodus::dns {

const std::vector<std::string>& mail_services() {
  static const std::vector<std::string> services{
      "_submissions._tcp", "_submission._tcp", "_imaps._tcp",       "_imap._tcp",    "_pop3s._tcp",
      "_pop3._tcp",        "_sieve._tcp",      "_jmap._tcp",        "_caldavs._tcp", "_caldav._tcp",
      "_carddavs._tcp",    "_carddav._tcp",    "_autodiscover._tcp"};
  return services;
}

}  // namespace mxodus::dns

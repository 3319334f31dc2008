#pragma once

#include <map>
#include <optional>
#include <string>

#include "orchestrator/core/value.h"

namespace mxodus {

/// An entry of `repositories:`.
struct Repository {
  std::string name;
  std::string kind;  ///< "restic"
  std::string url;
  std::optional<SecretRef> password;
  ValueMap options;  ///< engine options beside these
};

/// An entry of `dns:`.
struct Zone {
  std::string name;
  std::string provider;  ///< "powerdns", "manual"
  std::string zone;      ///< absolute, without final dot
  std::optional<SecretRef> token;
  ValueMap options;  ///< provider's own: url, server_id, …
};

/// An entry of `accounts:`, a mailbox to send from or to look into.
struct Account {
  std::string name;
  std::string address;
  std::string host;
  std::optional<SecretRef> password;
  ValueMap options;
};

/// What the world sees of a host. Never what SSH dials.
struct PublicFace {
  std::string ipv4;
  std::string ipv6;
  std::string helo;
};

/// The named things of a playbook that step parameters refer to.
struct Resources {
  std::map<std::string, Repository> repositories;
  std::map<std::string, Zone> zones;
  std::map<std::string, Account> accounts;
  std::map<std::string, PublicFace> hosts;
};

}  // namespace mxodus

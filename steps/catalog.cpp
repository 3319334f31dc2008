#include "steps/catalog.h"

#include "steps/command/command.h"
#include "steps/dns/caa/caa.h"
#include "steps/dns/delegation/delegation.h"
#include "steps/dns/discovery/discovery.h"
#include "steps/dns/dkim/dkim.h"
#include "steps/dns/dmarc/dmarc.h"
#include "steps/dns/mta_sts/mta_sts.h"
#include "steps/dns/mx/mx.h"
#include "steps/dns/propagated/propagated.h"
#include "steps/dns/ptr/ptr.h"
#include "steps/dns/records/records.h"
#include "steps/dns/scan/scan.h"
#include "steps/dns/spf/spf.h"
#include "steps/dns/tlsa/tlsa.h"
#include "steps/dns/ttl/ttl.h"
#include "steps/dnsbl/status/status.h"
#include "steps/files/layout.h"
#include "steps/files/ownership.h"
#include "steps/gates/gate.h"
#include "steps/host_check/host_check.h"
#include "steps/net/reach/reach.h"
#include "steps/rclone/compare.h"
#include "steps/restic/restore.h"
#include "steps/restic/snapshots.h"
#include "steps/service/state.h"
#include "steps/wait/wait.h"

namespace mxodus {

Catalog make_catalog() {
  Catalog catalog;
  catalog.add(make_answer());
  catalog.add(make_approve());
  catalog.add(make_checklist());
  catalog.add(make_choose());
  catalog.add(make_command());
  catalog.add(make_dns_caa());
  catalog.add(make_dns_delegation());
  catalog.add(make_dns_discovery());
  catalog.add(make_dns_dkim());
  catalog.add(make_dns_dmarc());
  catalog.add(make_dns_mta_sts());
  catalog.add(make_dns_mx());
  catalog.add(make_dns_propagated());
  catalog.add(make_dns_ptr());
  catalog.add(make_dns_records());
  catalog.add(make_dns_scan());
  catalog.add(make_dns_spf());
  catalog.add(make_dns_tlsa());
  catalog.add(make_dns_ttl());
  catalog.add(make_dnsbl_status());
  catalog.add(make_files_layout());
  catalog.add(make_files_ownership());
  catalog.add(make_host_check());
  catalog.add(make_net_reach());
  catalog.add(make_rclone_compare());
  const auto snapshot_counts = std::make_shared<SnapshotCounts>();
  const auto lock_holders = std::make_shared<LockHolders>();
  catalog.add(make_restic_restore(snapshot_counts, lock_holders));
  catalog.add(make_restic_snapshots(snapshot_counts, lock_holders));
  catalog.add(make_service_state());
  catalog.add(make_task());
  catalog.add(make_wait());
  return catalog;
}

}  // namespace mxodus

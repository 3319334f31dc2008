#include "steps/dnsbl/status/catalogue.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"

namespace mxodus::dnsbl {
namespace {

constexpr ListStatus kAlive = ListStatus::alive;
constexpr ListStatus kNeedsKey = ListStatus::needs_key;
constexpr ListStatus kClosed = ListStatus::closed;
constexpr ListStatus kDead = ListStatus::dead;

// Sources: the operators' own pages where they could be read, the default configurations of rspamd and
// check_rbl, dnsbl.com. Lists of domains are not in here: a step that asks for names will need them.
constexpr std::array kLists = {
    List{.zone = "zen.spamhaus.org",
         .tier = 1,
         .ipv6 = true,
         .listing = "2-7,9-11,30",
         .removal =
             "https://check.spamhaus.org/ (SBL: the provider; PBL, XBL: by yourself once the cause is gone)"},
    List{.zone = "b.barracudacentral.org",
         .tier = 1,
         .status = ListStatus::registered,
         .removal = "by the form at barracudacentral.org, one request only, 12 to 24 h",
         .note = "answers only resolvers whose address is registered there"},
    List{.zone = "bl.spamcop.net", .tier = 1, .removal = "by itself, 24 h after the last report"},
    List{.zone = "dnsbl-1.uceprotect.net",
         .removal = "by itself, 7 days after the last hit; never pay for it"},
    List{.zone = "psbl.surriel.com", .removal = "by yourself at psbl.org"},
    List{.zone = "bl.mailspike.net",
         .listing = "2,10-12",
         .removal = "by itself, or by the form on its web page"},
    List{.zone = "all.spamrats.com",
         .listing = "36-38,43",
         .removal = "by the form on its web page (wants a proper PTR)"},
    List{.zone = "dnsbl.spfbl.net",
         .ipv6 = true,
         .listing = "2-4",
         .removal = "https://spfbl.net/delist (wants forward and reverse DNS and a postmaster that answers)"},
    List{.zone = "dnsbl.dronebl.org",
         .ipv6 = true,
         .listing = "3-19,255",
         .neutral = "1",
         .has_test_entry = false,
         .removal = "by the form on its web page, minutes to hours"},
    List{.zone = "bl.spameatingmonkey.net",
         .listing = "2,3",
         .removal = "by itself after 7 days, policy entries by the form on its web page"},
    List{.zone = "bl.ipv6.spameatingmonkey.net", .ipv4 = false, .ipv6 = true, .removal = "by itself"},
    List{.zone = "bl.blocklist.de",
         .ipv6 = true,
         .listing = "2-99",
         .removal = "by itself after 48 h, or by the form on its web page"},

    List{.zone = "dnsbl-2.uceprotect.net", .tier = 3, .removal = "none: it lists the provider's whole block"},
    List{.zone = "dnsbl-3.uceprotect.net",
         .tier = 3,
         .removal = "none: it lists the provider's whole network"},
    List{.zone = "ips.backscatterer.org", .tier = 3, .removal = "by itself, about 4 weeks"},
    List{.zone = "all.s5h.net",
         .tier = 3,
         .ipv6 = true,
         .removal = "by visiting its removal page from the listed host"},
    List{.zone = "truncate.gbudb.net", .tier = 3, .removal = "by itself, days"},
    List{.zone = "hostkarma.junkemailfilter.com", .tier = 3, .listing = "2,4", .neutral = "1,3,5"},
    List{.zone = "backscatter.spameatingmonkey.net", .tier = 3, .removal = "by itself"},
    List{.zone = "netbl.spameatingmonkey.net", .tier = 3, .removal = "by itself"},
    List{.zone = "bip.virusfree.cz", .tier = 3, .ipv6 = true, .removal = "by itself"},
    List{.zone = "rbl.interserver.net", .tier = 3, .removal = "by the form on its web page"},
    List{.zone = "bl.nordspam.com", .tier = 3, .ipv6 = true, .removal = "by the form on its web page"},
    List{.zone = "dnsbl.zapbl.net", .tier = 3, .removal = "by the form on its web page"},
    List{.zone = "bl.scientificspam.net", .tier = 3, .removal = "by mail to its operator"},
    List{.zone = "dnsrbl.swinog.ch", .tier = 3, .listing = "2,3", .removal = "by antispam.imp.ch"},
    List{.zone = "dnsbl.kempt.net", .tier = 3, .removal = "by itself"},
    List{.zone = "rbl.abuse.ro", .tier = 3, .listing = "2-4", .removal = "by the form on its web page"},
    List{.zone = "rbl.rbldns.ru", .tier = 3, .removal = "by itself, in hours"},

    List{
        .zone = "dq.spamhaus.net", .tier = 1, .status = kNeedsKey, .ipv6 = true, .listing = "2-7,9-11,20,30"},
    List{.zone = "mail.abusix.zone", .tier = 1, .status = kNeedsKey, .ipv6 = true, .listing = "2-4,11,12"},
    List{.zone = "r.mail-abuse.com",
         .tier = 1,
         .status = kNeedsKey,
         .removal = "by the form of its operator, answered by mail, days"},

    List{.zone = "invaluement.com", .status = kClosed, .note = "paid"},
    List{.zone = "dnsbl.cyberlogic.net", .status = kClosed, .note = "private"},
    List{.zone = "bogons.cymru.com", .status = kClosed, .note = "no list of senders of spam"},

    List{.zone = "cbl.abuseat.org", .status = kDead, .note = "part of zen.spamhaus.org"},
    List{.zone = "dnsbl.sorbs.net", .status = kDead, .note = "ended 5 June 2024"},
    List{.zone = "ix.dnsbl.manitu.net",
         .status = kDead,
         .note = "ended January 2025, asking it brings complaints"},
    List{.zone = "db.wpbl.info", .status = kDead, .note = "emptied November 2023"},
    List{.zone = "ubl.unsubscore.com", .status = kDead, .note = "ended 2024"},
    List{.zone = "ubl.lashback.com", .status = kDead, .note = "ended 2024"},
    List{.zone = "dnsbl.inps.de", .status = kDead, .note = "ended May 2020"},
    List{.zone = "dnsbl.njabl.org", .status = kDead, .note = "ended 2013"},
    List{.zone = "dnsbl.ahbl.org", .status = kDead, .note = "ended 2015, listed the world"},
    List{.zone = "relays.ordb.org", .status = kDead, .note = "ended 2006"},
    List{.zone = "list.dsbl.org", .status = kDead, .note = "ended 2008"},
    List{.zone = "blackholes.five-ten-sg.com", .status = kDead},
    List{.zone = "bl.spamcannibal.org", .status = kDead, .note = "parked, lists the world"},
    List{.zone = "rbl.megarbl.net", .status = kDead, .note = "ended 2019"},
    List{.zone = "bl.emailbasura.org", .status = kDead, .note = "ended 2019"},
    List{.zone = "bad.psky.me", .status = kDead, .note = "parked"},
    List{.zone = "rbl.msrbl.net", .status = kDead},
    List{.zone = "spam.abuse.ch", .status = kDead},
    List{.zone = "combined.abuse.ch", .status = kDead},
    List{.zone = "drone.abuse.ch", .status = kDead},
    List{.zone = "dnsbl.madavi.de", .status = kDead, .note = "ended March 2025"},
    List{.zone = "dnsbl.darklist.de", .status = kDead},
    List{.zone = "list.bbfh.org", .status = kDead},
    List{.zone = "dul.pacifier.net", .status = kDead},
    List{.zone = "spam.dnsbl.anonmails.de", .status = kDead, .note = "ended November 2024"},
    List{.zone = "spamtrap.drbl.drand.net", .status = kDead, .note = "ended March 2024"},
    List{.zone = "rfc-ignorant.org", .status = kDead, .note = "ended 2012"},
    List{.zone = "nszones.com", .status = kDead},
    List{.zone = "cidr.bl.mcafee.com", .status = kDead},
    List{.zone = "korea.services.net", .status = kDead},
};
static_assert(std::all_of(kLists.begin(), kLists.end(), [](const List& list) {
  return list.status != kAlive || (list.tier >= 1 && list.tier <= 3 && (list.ipv4 || list.ipv6));
}));

}  // namespace

std::span<const List> catalogue() {
  return kLists;
}

const List* find_list(std::string_view zone) {
  const auto found = std::find_if(kLists.begin(), kLists.end(), [&](const List& list) {
    return list.zone == zone || (list.status != kAlive && is_within(zone, list.zone));
  });
  return found == kLists.end() ? nullptr : &*found;
}

bool is_among(int number, std::string_view ranges) {
  for (const std::string& range : split(ranges, ',')) {
    int first = 0;
    int last = 0;
    const char* end = range.data() + range.size();
    const auto [stop, error] = std::from_chars(range.data(), end, first);
    if (error != std::errc()) continue;
    last = first;
    if (stop != end) std::from_chars(stop + 1, end, last);
    if (number >= first && number <= last) return true;
  }
  return false;
}

}  // namespace mxodus::dnsbl

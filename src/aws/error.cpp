#include "aws/error.hpp"

#include <boost/throw_exception.hpp>
#include <fmt/format.h>

#include <array>

namespace cruddur::aws {
namespace {

struct advised {
    std::string_view code;
    std::string_view advice;
};

constexpr std::string_view expired = "The session's credentials have run out: sign in again (`aws sso "
                                     "login`, or new keys from the console) and "
                                     "repeat the command.";
constexpr std::string_view unknown_key =
    "AWS does not know this access key: look at AWS_ACCESS_KEY_ID, or at the profile that AWS_PROFILE names.";
constexpr std::string_view clock =
    "Compare this machine's clock with the real time, and AWS_SECRET_ACCESS_KEY with "
    "the key that was handed out.";
constexpr std::string_view busy = "The instance is busy or in a state that does not allow this: `cruddur rds "
                                  "wait` waits until it is available, "
                                  "`cruddur rds status` shows where it is.";
constexpr std::string_view throttled =
    "AWS limits how often it is called: wait a minute and repeat the command.";

constexpr std::array advices{
    advised{"ExpiredToken", expired},
    advised{"ExpiredTokenException", expired},
    advised{"RequestExpired", clock},
    advised{"SignatureDoesNotMatch", clock},
    advised{"InvalidClientTokenId", unknown_key},
    advised{"UnrecognizedClientException", unknown_key},
    advised{"AuthFailure", unknown_key},
    advised{"OptInRequired", "The account is not signed up for this service, or not in this region."},
    advised{"DBInstanceNotFound",
            "`cruddur rds status --all` lists what there is in this region; AWS_REGION or "
            "--region names another."},
    advised{"DBInstanceAlreadyExists", "An instance of this name is there already: `cruddur rds status` "
                                       "shows it. Take another name, or use that "
                                       "one."},
    advised{"DBSnapshotNotFound", "`cruddur rds snapshots --all` lists what there is."},
    advised{"DBSnapshotAlreadyExists", "Take another name with --name: snapshots are never overwritten."},
    advised{"InvalidDBInstanceState", busy},
    advised{"StorageQuotaExceeded",
            "The account's storage in this region is used up: delete what is no longer needed, "
            "or ask AWS for more (Service Quotas, RDS, total storage)."},
    advised{"InstanceQuotaExceeded",
            "The account has as many instances in this region as it may: delete one, or ask "
            "AWS for more (Service Quotas, RDS, DB instances)."},
    advised{"SnapshotQuotaExceeded",
            "The account has as many snapshots as it may: delete old ones, or ask AWS for "
            "more (Service Quotas, RDS, manual snapshots)."},
    advised{"InsufficientDBInstanceCapacity",
            "This zone has no room for the class just now: name another with "
            "--availability-zone, or another --db-instance-class."},
    advised{"InvalidPermission.NotFound", "The rule has gone meanwhile: nothing is left to do."},
    advised{"InvalidGroup.NotFound",
            "Is DB_SG_ID a security group of this region? Without it, the group of the "
            "instance is taken."},
    advised{"InvalidGroupId.Malformed",
            "DB_SG_ID is no security group's id: it looks like sg-0123456789abcdef0."},
    advised{"InvalidSecurityGroupRuleId.Malformed",
            "DB_SG_RULE_ID is no rule's id: it looks like sgr-0123456789abcdef0."},
    advised{"RulesPerSecurityGroupLimitExceeded",
            "The group is full of rules: `cruddur rds revoke-ip ADDRESS` takes one out."},
    advised{"Throttling", throttled},
    advised{"ThrottlingException", throttled},
    advised{"RequestLimitExceeded", throttled},
};

std::string_view advice_for(failure kind) {
    switch (kind) {
    case failure::unreachable:
        return "Is the network up, and AWS_ENDPOINT_URL (if set) where something listens? `cruddur cloud` "
               "starts local "
               "AWS.";
    case failure::configuration:
    case failure::refused:
    case failure::failed:
        break;
    }
    return {};
}

bool denied(std::string_view code) {
    return code == "AccessDenied" || code == "AccessDeniedException" || code == "UnauthorizedOperation";
}

} // namespace

error misconfigured(std::string message, std::string hint) {
    return {.kind = failure::configuration, .message = std::move(message), .hint = std::move(hint)};
}

std::string error::advice() const {
    if (!hint.empty()) return hint;
    if (denied(code)) {
        return fmt::format("Who calls lacks the permission {}: have an administrator allow it in a policy.",
                           operation);
    }
    for (const auto& [known, advice] : advices) {
        // Some services append Fault to the same name.
        if (code == known ||
            (code.ends_with("Fault") && std::string_view{code}.substr(0, code.size() - 5) == known))
            return std::string{advice};
    }
    if (code == "InvalidParameterCombination" && message.find("protect") != std::string::npos) {
        return "Deletion protection is on. `cruddur rds delete --unprotect` turns it off first.";
    }
    if (message.find("this machine has") != std::string::npos) {
        return "Leave --engine-version out, and it is what this machine has.";
    }
    if (message.starts_with("Cannot find version")) {
        return "These there are: aws rds describe-db-engine-versions --engine postgres "
               "--query 'DBEngineVersions[].EngineVersion'";
    }
    return std::string{advice_for(kind)};
}

bool error::may_have_acted() const {
    constexpr unsigned server_failed = 500;
    return (kind == failure::unreachable && sent) || (kind == failure::refused && status >= server_failed);
}

std::string error::describe() const {
    std::string about;
    for (const std::string_view part : {std::string_view{code}, std::string_view{operation}}) {
        if (part.empty()) continue;
        if (!about.empty()) about += ", ";
        about += part;
    }
    if (!request_id.empty()) about += fmt::format("{}request {}", about.empty() ? "" : ", ", request_id);
    std::string line;
    for (const char c : message) {
        const bool space = c == '\n' || c == '\r' || c == '\t';
        line += space ? ' ' : c;
    }
    return about.empty() ? line : fmt::format("{}{}({})", line, line.empty() ? "" : " ", about);
}

void throw_exception_from_error(const error& failed, const boost::source_location& where) {
    boost::throw_exception(error_exception{failed}, where);
}

} // namespace cruddur::aws

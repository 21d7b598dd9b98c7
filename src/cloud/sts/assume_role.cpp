#include "cloud/ground/crypto.hpp"
#include "cloud/ground/sealed_text.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/iam/aws_policies.hpp"
#include "cloud/iam/iam_store.hpp"
#include "cloud/iam/policy_document.hpp"
#include "cloud/sts/sts.hpp"
#include "cloud/wire/input.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace cruddur::cloud::sts {

namespace {

namespace json = boost::json;
using ground::refusal;
using wire::call;
using wire::text_of;

constexpr std::int64_t seconds_default = 3600;
constexpr std::int64_t seconds_min = 900;
constexpr std::int64_t seconds_max = 43'200;
constexpr std::int64_t chained_seconds_max = 3600; // of a session that another one begins
constexpr std::size_t policies_bytes_max = 2048;
constexpr std::size_t name_characters_max = 64;

refusal validation_error(std::string message) {
    return {"ValidationError", std::move(message)};
}

std::string checked_name(const call& in) {
    std::string name = text_of(in.input, "RoleSessionName");
    const bool is_plain = std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view{"_+=,.@-"}.find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (name.size() < 2 || name.size() > name_characters_max || !is_plain) {
        throw validation_error(fmt::format(
            "1 validation error detected: Value '{}' at 'roleSessionName' failed to satisfy constraint: "
            "Member must {}",
            name.substr(0, name_characters_max),
            !is_plain         ? "satisfy regular expression pattern: [\\w+=,.@-]*"
            : name.size() < 2 ? "have length greater than or equal to 2"
                              : "have length less than or equal to 64"));
    }
    return name;
}

std::int64_t checked_seconds(const call& in, const iam::principal& role) {
    const std::int64_t asked = wire::optional_integer(in.input, "DurationSeconds").value_or(seconds_default);
    if (asked < seconds_min || asked > seconds_max) {
        throw validation_error(fmt::format(
            "1 validation error detected: Value '{}' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value {} than or equal to {}",
            asked, asked < seconds_min ? "greater" : "less",
            asked < seconds_min ? seconds_min : seconds_max));
    }
    if (in.whose.is == wire::identity::kind::session && asked > chained_seconds_max) {
        throw validation_error("The requested DurationSeconds exceeds the 1 hour session limit for roles "
                               "assumed by role chaining");
    }
    if (asked > role.session_seconds_max) {
        throw validation_error(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    return asked;
}

std::string managed_document(const call& in, const std::string& arn) {
    if (const iam::aws_policy* const own = iam::find_aws_policy(arn)) return std::string{own->document};
    if (const auto found = iam::find_managed_policy(in.db, arn)) {
        for (const iam::policy_version& each : iam::policy_versions_of(in.db, arn)) {
            if (each.number == found->default_version) return each.document;
        }
    }
    throw validation_error(fmt::format("Policy {} does not exist or is not attachable.", arn));
}

// The session's own policies, which allow no more than they say; empty where there are none.
json::array session_policies(const call& in) {
    json::array out;
    if (const auto given = wire::optional_text(in.input, "Policy")) {
        try {
            (void)iam::read_policy(*given, iam::policy_use::identity);
        } catch (const iam::malformed_policy& why) {
            throw refusal{"MalformedPolicyDocument", why.what()};
        }
        if (given->size() > policies_bytes_max) {
            throw refusal{"PackedPolicyTooLarge",
                          "Serialized session policies exceed the size that a session can have."};
        }
        out.emplace_back(*given);
    }
    for (const json::object* each : wire::objects_of(in.input, "PolicyArns"))
        out.emplace_back(managed_document(in, text_of(*each, "arn")));
    return out;
}

// A role that is not there is refused as one that does not trust the caller.
iam::principal existing_role(const call& in, const std::string& arn) {
    if (const auto slash = arn.rfind('/'); slash != std::string::npos) {
        auto found = iam::find_principal(in.db, iam::principal_kind::role, arn.substr(slash + 1));
        if (found && found->arn() == arn) return std::move(*found);
    }
    throw refusal{"AccessDenied",
                  fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                              in.env.part<iam::access_control>().arn_of(in.whose), arn),
                  403};
}

iam::condition_context given_by(const call& in, const std::string& name) {
    iam::condition_context out;
    out.put("sts:RoleSessionName", name);
    if (const auto id = wire::optional_text(in.input, "ExternalId")) out.put("sts:ExternalId", *id);
    if (!in.peer.empty()) out.put("aws:SourceIp", in.peer);
    out.put("aws:RequestedRegion", in.region);
    out.put("aws:SecureTransport", "false");
    return out;
}

} // namespace

json::object assume_role(const call& in) {
    const auto& access = in.env.part<iam::access_control>();
    const std::string name = checked_name(in);
    const iam::principal role = existing_role(in, text_of(in.input, "RoleArn"));
    access.check_trust(in.whose, role, given_by(in, name));
    const std::int64_t seconds = checked_seconds(in, role);
    const json::array policies = session_policies(in);
    const iam::temporary_credentials keys = iam::new_session_keys();
    const auto& vault = in.env.part<ground::vault>();
    const auto now_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(in.now.time_since_epoch()).count();
    const iam::role_session made{
        .key_id = keys.access_key,
        .role = role.name,
        .name = name,
        .sealed = ground::to_base64(ground::seal_text(vault, vault.new_key(), keys.access_key,
                                                      keys.secret + "\n" + keys.session_token)),
        .policies = policies.empty() ? "" : json::serialize(policies),
        .expires_ms = now_ms + seconds * 1000};
    iam::delete_expired_sessions(in.db, now_ms);
    iam::insert_session(in.db, made);
    const wire::identity session{wire::identity::kind::session, role.name, name, keys.access_key};
    json::object out{{"Credentials", json::object{{"AccessKeyId", keys.access_key},
                                                  {"SecretAccessKey", keys.secret},
                                                  {"SessionToken", keys.session_token},
                                                  {"Expiration", made.expires_ms}}},
                     {"AssumedRoleUser", json::object{{"AssumedRoleId", access.id_of(session)},
                                                      {"Arn", access.arn_of(session)}}}};
    if (!policies.empty())
        out["PackedPolicySize"] =
            static_cast<std::int64_t>(made.policies.size() * 100 / (10 * policies_bytes_max) + 1);
    return out;
}

} // namespace cruddur::cloud::sts

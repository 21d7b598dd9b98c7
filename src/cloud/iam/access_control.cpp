#include "cloud/iam/access_control.hpp"

#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/sealed_text.hpp"
#include "cloud/ground/tags.hpp"
#include "cloud/iam/access_requests.hpp"
#include "cloud/iam/aws_policies.hpp"
#include "cloud/iam/iam_store.hpp"
#include "cloud/iam/organization_store.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::iam {

namespace {

using ground::refusal;
using wire::identity;
using wire::protocol;

constexpr std::size_t key_id_size = 20;
constexpr std::size_t secret_size = 40;
constexpr std::size_t token_size = 220;
constexpr std::string_view key_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view secret_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view function_key_prefix = "ASIA";

bool is_json(protocol speaks) {
    return speaks == protocol::json || speaks == protocol::rest_json || speaks == protocol::cbor;
}

// The model's statuses are looked up by the code; these are of codes that no model has.
unsigned json_status(protocol speaks) {
    return speaks == protocol::rest_json ? 403 : 400;
}

// A document that has been checked when it was written.
void add_document(std::vector<policy_document>& to, std::string_view text) {
    to.push_back(read_policy(text, policy_use::identity));
}

void add_managed(ground::state& db, std::vector<policy_document>& to, const std::string& arn) {
    if (const aws_policy* const own = find_aws_policy(arn)) return add_document(to, own->document);
    const auto found = find_managed_policy(db, arn);
    if (!found) return;
    for (const policy_version& each : policy_versions_of(db, arn)) {
        if (each.number == found->default_version) add_document(to, each.document);
    }
}

void add_policies(ground::state& db, std::vector<policy_document>& to, const principal& of) {
    for (const named_document& each : inline_policies_of(db, of))
        add_document(to, each.document);
    for (const std::string& arn : attached_policies_of(db, of))
        add_managed(db, to, arn);
}

principal_kind kind_of(const identity& caller) {
    return caller.is == identity::kind::session ? principal_kind::role : principal_kind::user;
}

// An operation of EC2's that describes names no resource in its refusal.
std::string message_of(const std::string& arn, const access_request& asked, decision why,
                       bool names_resource) {
    const std::string resource =
        names_resource && !asked.resource.empty() ? " on resource: " + asked.resource.front() : "";
    return fmt::format("User: {} is not authorized to perform: {}{} {}", arn, asked.action, resource,
                       reason_of(why, asked.action));
}

} // namespace

refusal invalid_key(protocol speaks) {
    if (speaks == protocol::ec2)
        return {"AuthFailure", "AWS was not able to validate the provided access credentials", 401};
    if (is_json(speaks)) {
        return {"UnrecognizedClientException", "The security token included in the request is invalid.",
                json_status(speaks)};
    }
    return {"InvalidClientTokenId", "The security token included in the request is invalid.", 403};
}

refusal expired_key(protocol speaks) {
    if (speaks == protocol::ec2) return {"RequestExpired", "Request has expired.", 400};
    if (is_json(speaks)) {
        return {"ExpiredTokenException", "The security token included in the request is expired",
                json_status(speaks)};
    }
    return {"ExpiredToken", "The security token included in the request is expired", 403};
}

refusal missing_key(protocol speaks) {
    return {is_json(speaks) ? "MissingAuthenticationTokenException" : "MissingAuthenticationToken",
            "Request is missing Authentication Token", 403};
}

temporary_credentials new_session_keys() {
    return {std::string{function_key_prefix} +
                ground::random_text(key_id_size - function_key_prefix.size(), key_alphabet),
            ground::random_text(secret_size, secret_alphabet),
            ground::random_text(token_size, secret_alphabet)};
}

access_control::access_control(ground::state& db, const ground::vault& with,
                               const resource_directory& resources, bool always)
    : db_{db}
    , vault_{with}
    , resources_{resources}
    , always_{always} {
    read_enforcement();
}

void access_control::read_enforcement() {
    enforced_ = always_ || is_enforced(db_);
}

std::optional<signing_key> access_control::find_key(const std::string& access_key,
                                                    std::chrono::system_clock::time_point now) const {
    if (access_key.size() != key_id_size) return std::nullopt;
    if (const auto kept = function_sessions_.find(access_key); kept != function_sessions_.end())
        return signing_key{kept->second.keys.secret, kept->second.keys.session_token, false,
                           kept->second.whose};
    if (access_key.starts_with("AKIA")) {
        const auto found = find_access_key(db_, access_key);
        if (!found || !found->is_active) return std::nullopt;
        return signing_key{
            ground::open_text(vault_, found->id, ground::from_base64(found->sealed).value_or("")),
            "",
            false,
            {identity::kind::user, found->user, "", access_key}};
    }
    if (!access_key.starts_with("ASIA")) return std::nullopt;
    const auto found = find_session(db_, access_key);
    if (!found) return std::nullopt;
    const std::string opened =
        ground::open_text(vault_, found->key_id, ground::from_base64(found->sealed).value_or(""));
    const auto line = opened.find('\n');
    const auto at_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    return signing_key{opened.substr(0, line),
                       opened.substr(line + 1),
                       found->expires_ms <= at_ms,
                       {identity::kind::session, found->role, found->name, access_key}};
}

std::string access_control::arn_of(const identity& caller) const {
    if (caller.is == identity::kind::root) return fmt::format("arn:aws:iam::{}:root", ground::account_id);
    if (caller.is == identity::kind::session) {
        return fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", ground::account_id, caller.name,
                           caller.session);
    }
    const auto found = find_principal(db_, principal_kind::user, caller.name);
    return found ? found->arn() : fmt::format("arn:aws:iam::{}:user/{}", ground::account_id, caller.name);
}

std::string access_control::id_of(const identity& caller) const {
    if (caller.is == identity::kind::root) return std::string{ground::account_id};
    const auto found = find_principal(db_, kind_of(caller), caller.name);
    const std::string id = found ? found->id : "";
    return caller.is == identity::kind::session ? fmt::format("{}:{}", id, caller.session) : id;
}

void access_control::describe(const identity& caller, condition_context& to) const {
    const auto now = std::chrono::system_clock::now();
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    to.put("aws:CurrentTime", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds)));
    to.put("aws:EpochTime", std::to_string(seconds));
    to.put("aws:PrincipalAccount", std::string{ground::account_id});
    to.put("aws:userid", id_of(caller));
    if (const auto in = find_organization(db_)) to.put("aws:PrincipalOrgID", in->id);
    switch (caller.is) {
    case identity::kind::root:
        to.put("aws:PrincipalType", "Account");
        to.put("aws:PrincipalArn", arn_of(caller));
        return;
    case identity::kind::user:
        to.put("aws:PrincipalType", "User");
        to.put("aws:username", caller.name);
        break;
    case identity::kind::session:
        to.put("aws:PrincipalType", "AssumedRole");
        break;
    }
    // Of a session it is the role's.
    const auto found = find_principal(db_, kind_of(caller), caller.name);
    if (!found) return;
    to.put("aws:PrincipalArn", found->arn());
    for (const auto& [key, value] : ground::tags_of(db_, found->arn()))
        to.put("aws:PrincipalTag/" + key, value);
}

policy_set access_control::policies_of(const identity& caller) const {
    policy_set out;
    const auto found = find_principal(db_, kind_of(caller), caller.name);
    if (found) add_policies(db_, out.identity, *found);
    if (caller.is == identity::kind::user) {
        for (const principal& group : groups_of(db_, caller.name))
            add_policies(db_, out.identity, group);
    }
    if (caller.is == identity::kind::session) {
        const auto session = find_session(db_, caller.access_key);
        out.has_session = session && !session->policies.empty();
        if (out.has_session) {
            const boost::json::value own = boost::json::parse(session->policies);
            for (const auto& each : own.as_array())
                add_document(out.session, each.as_string());
        }
    }
    const auto in = find_organization(db_);
    if (!in || !in->has_service_control) return out;
    for (const std::string& target : {in->root_id, std::string{ground::account_id}}) {
        std::vector<policy_document>& level = out.service_control.emplace_back();
        for (const std::string& id : attached_to(db_, target)) {
            if (const auto policy = find_control_policy(db_, id)) add_document(level, policy->content);
        }
    }
    return out;
}

decision access_control::ask(const identity& caller, access_request asked) const {
    if (!enforced_ || caller.is == identity::kind::root) return decision::allowed;
    describe(caller, asked.context);
    return decide(policies_of(caller), asked);
}

void access_control::check(const wire::call& in, protocol speaks, bool input_is_known) {
    // What a policy's operation changes holds from its commit on.
    if (in.service == "iam" || in.service == "organizations") in.after_commit([this] { read_enforcement(); });
    if (!enforced_ || in.whose.is == identity::kind::root) return;
    const policy_set policies = policies_of(in.whose);
    for (access_request& each : requests_of(in, resources_, input_is_known)) {
        describe(in.whose, each.context);
        const decision why = decide(policies, each);
        if (why == decision::allowed) continue;
        const bool is_ec2 = speaks == protocol::ec2;
        const bool names_resource = !is_ec2 || !in.operation.starts_with("Describe");
        std::string message = message_of(arn_of(in.whose), each, why, names_resource);
        if (is_ec2)
            throw refusal{"UnauthorizedOperation",
                          "You are not authorized to perform this operation. " + message, 403};
        if (is_json(speaks)) throw refusal{"AccessDeniedException", std::move(message), json_status(speaks)};
        throw refusal{"AccessDenied", std::move(message), 403};
    }
}

std::optional<temporary_credentials> access_control::function_session(const std::string& role_arn,
                                                                      const std::string& function) {
    const auto slash = role_arn.rfind('/');
    if (slash == std::string::npos) return std::nullopt;
    const auto role = find_principal(db_, principal_kind::role, role_arn.substr(slash + 1));
    if (!role || role->arn() != role_arn) return std::nullopt;
    for (const auto& [id, kept] : function_sessions_) {
        if (kept.whose.name == role->name && kept.whose.session == function) return kept.keys;
    }
    temporary_credentials made = new_session_keys();
    function_sessions_[made.access_key] =
        kept_session{made, {identity::kind::session, role->name, function, made.access_key}};
    return made;
}

} // namespace cruddur::cloud::iam

#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/ground/vault.hpp"
#include "cloud/iam/policy_evaluation.hpp"
#include "cloud/wire/call.hpp"
#include "cloud/wire/identity.hpp"
#include "cloud/wire/model.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::iam {

struct principal;

// What a room above knows of a resource that a call names: its ARN, where its name alone does not tell it,
// and the condition keys that it has in AWS, "rds:DatabaseEngine".
struct resource_facts {
    std::string arn;
    std::vector<std::pair<std::string, std::string>> keys;
};

// Where such facts are looked up; the door, which sees every room, implements it. On the loop's thread.
class resource_directory {
public:
    resource_directory() = default;
    resource_directory(const resource_directory&) = delete;
    resource_directory& operator=(const resource_directory&) = delete;
    virtual ~resource_directory() = default;

    // `named` is what stands behind the account in an ARN, with the name as the call has it: "db:app",
    // "secret:app/one", "key/alias/mine". Of what has another name it is "security-group-name/app", and of a
    // text that a key has sealed "sealed/…". nullopt for what is not there.
    [[nodiscard]] virtual std::optional<resource_facts> find(ground::state& db, std::string_view service,
                                                             const std::string& region,
                                                             std::string_view named) const = 0;
};

// A key of IAM's, by which a request is signed.
struct signing_key {
    std::string secret;
    std::string session_token; // "" of a user's key, which has none
    bool has_expired = false;
    wire::identity whose;
};

// What a role's session signs by.
struct temporary_credentials {
    std::string access_key;
    std::string secret;
    std::string session_token;
};

// Who may do what: the one place that is asked, by the endpoint before each operation, and by whoever else
// lets somebody in. While nothing is enforced everybody may do everything. A part of the environment; on the
// loop's thread. What reads the state throws state_error.
class access_control {
public:
    // `always`: policies decide from the start on, and not only once there is one.
    access_control(ground::state& db, const ground::vault& with, const resource_directory& resources,
                   bool always);

    // Whether policies decide.
    [[nodiscard]] bool enforces() const { return enforced_; }

    // The key of a user, if it is active, or of a role's session; nullopt for what is none of IAM's.
    [[nodiscard]] std::optional<signing_key> find_key(const std::string& access_key,
                                                      std::chrono::system_clock::time_point now) const;

    // Whether this caller may do an action on a resource: ask(caller, {"rds-db:connect", {arn}, {}}). Of the
    // condition keys, those that concern the caller and the time are put in; what else is known of the
    // request, aws:SourceIp and aws:RequestedRegion first, stands in `asked.context`. The root may do all.
    [[nodiscard]] decision ask(const wire::identity& caller, access_request asked) const;
    // The same of an operation: throws the refusal of AWS's, in the protocol's own code. Where its input
    // could not be read, `input_is_known` false, only who may not do it on any resource is refused.
    void check(const wire::call& in, wire::protocol speaks, bool input_is_known);

    // Whether this caller may assume the role: its trust policy lets him, and where that leaves it to his own
    // policies, they do. What the call says stands in `given`. Throws refusal (AccessDenied).
    void check_trust(const wire::identity& caller, const principal& role, condition_context given) const;

    // "arn:aws:sts::…:assumed-role/app/one", and "AROA…:one": as GetCallerIdentity has them.
    [[nodiscard]] std::string arn_of(const wire::identity& caller) const;
    [[nodiscard]] std::string id_of(const wire::identity& caller) const;
    // The keys that tell who calls, and when.
    void describe(const wire::identity& caller, condition_context& to) const;

    // A session of that role for a function's processes, which ends with this run; nullopt where IAM has no
    // such role.
    [[nodiscard]] std::optional<temporary_credentials> function_session(const std::string& role_arn,
                                                                        const std::string& function);

private:
    struct kept_session {
        temporary_credentials keys;
        wire::identity whose;
    };

    void read_enforcement();
    [[nodiscard]] policy_set policies_of(const wire::identity& caller) const;

    ground::state& db_;
    const ground::vault& vault_;
    const resource_directory& resources_;
    bool always_;
    bool enforced_ = false;
    std::map<std::string, kept_session, std::less<>> function_sessions_; // by their access keys
};

// The refusals of a caller who is nobody, by protocol: of a key that is not known, and of one that was.
[[nodiscard]] ground::refusal invalid_key(wire::protocol speaks);
[[nodiscard]] ground::refusal expired_key(wire::protocol speaks);
[[nodiscard]] ground::refusal missing_key(wire::protocol speaks);

// New keys of a session.
[[nodiscard]] temporary_credentials new_session_keys();

} // namespace cruddur::cloud::iam

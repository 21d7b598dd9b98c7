#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/ground/vault.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::iam {

using ground::state;

// IAM's rows: users, groups and roles; what they may do; and the keys of those who call. Names do not tell
// capitals from small letters, and are answered as they were first written.

[[nodiscard]] ground::service_migrations iam_migrations();

enum class principal_kind : std::uint8_t { user, group, role };

// What policies are put on.
struct principal {
    principal_kind is = principal_kind::user;
    std::string name{};
    std::string path = "/";
    std::string id{}; // "AIDA…", "AGPA…", "AROA…"
    std::int64_t created_ms = 0;
    std::string trust{};       // of a role: who may assume it
    std::string description{}; // of a role
    std::int64_t session_seconds_max = 0;

    [[nodiscard]] std::string arn() const;
};
[[nodiscard]] std::string_view name_of(principal_kind kind); // "user"

[[nodiscard]] std::vector<principal> principals_of(state& db, principal_kind kind, const std::string& path);
[[nodiscard]] std::optional<principal> find_principal(state& db, principal_kind kind,
                                                      const std::string& name);
void insert_principal(state& db, const principal& made);
void save_role(state& db, const principal& changed); // its trust, description and sessions
void delete_principal(state& db, const principal& gone);

void add_to_group(state& db, const std::string& user, const std::string& group);
bool remove_from_group(state& db, const std::string& user, const std::string& group);
[[nodiscard]] std::vector<principal> groups_of(state& db, const std::string& user);
[[nodiscard]] std::vector<principal> members_of(state& db, const std::string& group);

struct access_key {
    std::string id{}; // "AKIA…"
    std::string user{};
    bool is_active = true;
    std::int64_t created_ms = 0;
    std::string sealed{}; // its secret, by the vault, in the context of its id
};
[[nodiscard]] std::vector<access_key> access_keys_of(state& db, const std::string& user);
[[nodiscard]] std::optional<access_key> find_access_key(state& db, const std::string& id);
void insert_access_key(state& db, const access_key& made);
void set_access_key_active(state& db, const std::string& id, bool active);
void delete_access_key(state& db, const std::string& id);

// A role assumed: temporary credentials.
struct role_session {
    std::string key_id{}; // "ASIA…"
    std::string role{};
    std::string name{};
    std::string sealed{};   // its secret and its token, a line each
    std::string policies{}; // the session's own, a JSON list of documents; "" for none
    std::int64_t expires_ms = 0;
};
[[nodiscard]] std::optional<role_session> find_session(state& db, const std::string& key_id);
void insert_session(state& db, const role_session& made);
void delete_expired_sessions(state& db, std::int64_t now_ms);

struct named_document {
    std::string name{};
    std::string document{};
};
[[nodiscard]] std::vector<named_document> inline_policies_of(state& db, const principal& of);
void put_inline_policy(state& db, const principal& of, const named_document& made);
bool delete_inline_policy(state& db, const principal& of, const std::string& name);

struct managed_policy {
    std::string arn{};
    std::string name{};
    std::string path = "/";
    std::string id{}; // "ANPA…"
    std::string description{};
    std::int64_t created_ms = 0;
    std::int64_t updated_ms = 0;
    std::int64_t default_version = 1;
};
struct policy_version {
    std::int64_t number = 1;
    std::string document{};
    std::int64_t created_ms = 0;
};
// Those of the account, by name; AWS's own are in aws_policies.hpp.
[[nodiscard]] std::vector<managed_policy> managed_policies(state& db);
[[nodiscard]] std::optional<managed_policy> find_managed_policy(state& db, const std::string& arn);
void insert_managed_policy(state& db, const managed_policy& made, const std::string& document);
void save_managed_policy(state& db, const managed_policy& changed); // its default version, and when
void delete_managed_policy(state& db, const std::string& arn);
[[nodiscard]] std::vector<policy_version> policy_versions_of(state& db, const std::string& arn);
void insert_policy_version(state& db, const std::string& arn, const policy_version& made);
[[nodiscard]] std::int64_t next_policy_version(state& db, const std::string& arn); // numbers never return
void delete_policy_version(state& db, const std::string& arn, std::int64_t number);

void attach_policy(state& db, const principal& to, const std::string& arn);
bool detach_policy(state& db, const principal& from, const std::string& arn);
[[nodiscard]] std::vector<std::string> attached_policies_of(state& db, const principal& of); // their ARNs
[[nodiscard]] std::vector<principal> holders_of(state& db, const std::string& arn);

// Whether policies decide. They do from the first one on, and until neither a policy nor anybody whom it
// could concern is left.
void begin_to_enforce(state& db);
[[nodiscard]] bool is_enforced(state& db);

} // namespace cruddur::cloud::iam

#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/ground/vault.hpp"
#include "cloud/kms/keys.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::secrets {

using ground::state;

[[nodiscard]] ground::service_migrations secret_migrations();

inline constexpr std::string_view current_stage = "AWSCURRENT";
inline constexpr std::string_view previous_stage = "AWSPREVIOUS";
inline constexpr std::string_view pending_stage = "AWSPENDING";

// A secret without its values, which are sealed under its KMS key.
struct secret {
    std::string region;
    std::string arn;
    std::string name;
    std::string description;
    std::string kms_key; // as it was named; "" for the service's own
    std::string owner;   // the service that manages it, "rds"; "" for the account's own
    std::int64_t created_ms = 0;
    std::int64_t changed_ms = 0;
    std::int64_t accessed_ms = 0;
    std::int64_t rotated_ms = 0;
    std::int64_t deletion_ms = 0;    // 0 unless it is to be deleted then
    std::int64_t rotation_days = 0;  // 0 where nothing rotates it, or the schedule says when
    std::string rotation_schedule{}; // "rate(4 hours)"; "" for none
};

struct secret_version {
    std::string id;
    std::int64_t created_ms = 0;
    bool is_binary = false;
    std::string sealed;
    std::vector<std::string> stages;
};

[[nodiscard]] std::vector<secret> secrets_of(state& db, const std::string& region);
[[nodiscard]] std::vector<secret> all_secrets(state& db);
// By its name, its ARN, or its ARN without the six characters at its end.
[[nodiscard]] std::optional<secret> find_secret(state& db, const std::string& region,
                                                const std::string& named);
void insert_secret(state& db, const secret& made);
void save_secret(state& db, const secret& changed);
void delete_secret(state& db, const secret& gone); // with its values and tags
void delete_expired_secrets(state& db, std::int64_t now_ms);
[[nodiscard]] std::string new_arn(const std::string& region, const std::string& name);

[[nodiscard]] std::vector<secret_version> versions_of(state& db, const secret& of); // the newest first
[[nodiscard]] std::optional<secret_version> version_at(state& db, const secret& of, std::string_view stage);
void insert_version(state& db, const secret& of, const secret_version& made);
// Gives a version that stage, and takes it from whichever had it; what was AWSCURRENT becomes AWSPREVIOUS.
void move_stage(state& db, const secret& of, std::string_view stage, const std::string& version_id);
void drop_stage(state& db, const secret& of, std::string_view stage);
// Versions without a stage, but for the newest hundred, are forgotten.
void forget_old_versions(state& db, const secret& of);

// What a new version of it is sealed by: the key that it names, or the service's own. Throws
// EncryptionFailure where that is not there, or not enabled.
[[nodiscard]] kms::key usable_key(state& db, const ground::vault& with, const secret& of,
                                  std::int64_t now_ms);

// What other services keep as secrets: each in the caller's transaction. To put one throws as usable_key
// does.
[[nodiscard]] std::string put_value(state& db, const ground::vault& with, const secret& of,
                                    std::string_view value, std::string_view stage, std::int64_t now_ms);
[[nodiscard]] std::optional<std::string> value_at(state& db, const ground::vault& with, const secret& of,
                                                  std::string_view stage);

// How often such a schedule rotates, at most every four hours; nullopt where it is none that is known here.
[[nodiscard]] std::optional<std::int64_t> rate_in_ms(const std::string& schedule);
// When the secret is to be rotated; nullopt where nothing rotates it.
[[nodiscard]] std::optional<std::int64_t> next_rotation(const secret& of);

// A service that manages secrets rotates them itself.
class secret_owner {
public:
    virtual ~secret_owner() = default;
    // Begins the rotation; returns the id of the new version, which is AWSPENDING until it is used. Throws
    // refusal where it cannot be now.
    virtual std::string rotate(state& db, const secret& which) = 0;
};

} // namespace cruddur::cloud::secrets

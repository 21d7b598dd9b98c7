#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/ground/vault.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::kms {

using ground::state;

[[nodiscard]] ground::service_migrations kms_migrations();

// KMS's keys, for who seals by them. Their material is wrapped by the vault's master key.
struct key {
    std::string region;
    std::string id;
    std::string key_state; // Enabled, Disabled, PendingDeletion
    std::string description;
    std::string wrapped; // its material
    std::int64_t created_ms = 0;
    std::int64_t deletion_ms = 0; // 0 unless PendingDeletion
    bool is_aws = false;          // the service's own: "alias/aws/rds"

    [[nodiscard]] std::string arn() const;
    [[nodiscard]] bool is_usable() const { return key_state == "Enabled"; }
};

[[nodiscard]] std::vector<key> keys_of(state& db, const std::string& region);
// By its id, its ARN, an alias or an alias's ARN.
[[nodiscard]] std::optional<key> find_key(state& db, const std::string& region, const std::string& named);
void insert_key(state& db, const key& made);
void save_key(state& db, const key& changed);
// Whose time has come.
void delete_expired_keys(state& db, std::int64_t now_ms);

struct alias {
    std::string name; // "alias/mine"
    std::string key_id;
    std::int64_t created_ms = 0;
};
[[nodiscard]] std::vector<alias> aliases_of(state& db, const std::string& region);
void put_alias(state& db, const std::string& region, const alias& what);
bool remove_alias(state& db, const std::string& region,
                  const std::string& name); // false where it is not there

// The key of a service of AWS, "aws/rds", made where it is not there, with that id if one is given. In the
// caller's transaction.
key service_key(state& db, const ground::vault& with, const std::string& region, const std::string& service,
                std::int64_t now_ms, const std::string& id = {});

// A text under a key, which is named in it; it opens in the same context alone. Neither asks whether the key
// may be used. open() is nullopt for what no key of the region has sealed, in that context.
[[nodiscard]] std::string seal(const ground::vault& with, const key& by, std::string_view context,
                               std::string_view plain);
struct opened {
    key by;
    std::string plain;
};
[[nodiscard]] std::optional<opened> open(state& db, const ground::vault& with, const std::string& region,
                                         std::string_view context, std::string_view sealed);
// The key that has sealed it.
[[nodiscard]] std::optional<key> key_that_sealed(state& db, const std::string& region,
                                                 std::string_view sealed);

} // namespace cruddur::cloud::kms

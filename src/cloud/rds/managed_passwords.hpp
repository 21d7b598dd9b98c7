#pragma once

#include "cloud/fleet/instances.hpp"
#include "cloud/ground/attempts.hpp"
#include "cloud/ground/vault.hpp"
#include "cloud/rds/rds.hpp"
#include "cloud/secrets/secret_store.hpp"

#include <boost/asio/steady_timer.hpp>

#include <string>
#include <string_view>

namespace cruddur::cloud::rds {

// Master passwords that Secrets Manager keeps, and what else RDS asks of keys and secrets by the clock: it
// rotates what is due, and stops instances whose storage's key can't be used any more. On the loop's thread;
// what fails is tried again at the next turn.
class managed_passwords final : public secrets::secret_owner {
public:
    managed_passwords(const boost::asio::any_io_executor& loop, ground::state& db, const ground::vault& with,
                      fleet::instances& of);

    void start();
    void stop();
    // The server is given a new password at once. The secret's value is the new one as soon as the server has
    // taken it.
    std::string rotate(ground::state& db, const secrets::secret& which) override;

private:
    void arm();
    void turn();
    void look_after(db_instance& of);
    void finish_rotation(const db_instance& of, secrets::secret& kept);
    void lock(db_instance& of);

    ground::state& db_;
    const ground::vault& vault_;
    fleet::instances& instances_;
    boost::asio::steady_timer timer_;
    ground::attempts attempts_;
    bool rotates_ = false;
    bool stopped_ = false;
};

// What the call asks for a new instance: a password of its own, which is returned, or one that Secrets
// Manager keeps from here on.
[[nodiscard]] std::string begin_master_password(const call& in, const db_instance& made);
// The same for another instance: its new password, or "" where it keeps the one that it has.
[[nodiscard]] std::string change_master_password(const call& in, const db_instance& of);
// Of an instance whose password is managed, as change_master_password has made sure.
void rotate_master_password(const call& in, const db_instance& of);
void forget_master_password(const call& in, const db_instance& gone);
// As answers have it; empty where nothing keeps the password.
[[nodiscard]] json::object describe_master_secret(const call& in, const db_instance& of);

// The ARN of the KMS key that the call names for encrypted storage, or RDS's own. Throws
// KMSKeyNotAccessibleFault.
[[nodiscard]] std::string storage_key(const call& in);
// Throws it where the instance's storage is sealed under a key that cannot be used.
void check_storage_key(const call& in, const db_instance& of);

inline constexpr std::string_view locked_status = "inaccessible-encryption-credentials-recoverable";

} // namespace cruddur::cloud::rds

#pragma once

#include "cloud/fleet/instance_records.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/sign_in/ldap_responder.hpp"
#include "cloud/wire/signature.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace cruddur::cloud::sign_in {

// IAM database authentication: judges, for the servers of DB instances, who signs in by a token in place of a
// password. A server asks by LDAP, in the name "RESOURCE-ID/USER" (fleet::instances_params::sign_in_port). On
// the state's thread.
class token_sign_in {
public:
    // `folder` is that of the instances. `keys`: whose signatures are required, as by the endpoint; without
    // them any key will do, but that a signature by the pair which local AWS names itself is held to it.
    // IAM's own keys are verified, and may do what `access` says of rds-db:connect; once policies decide, no
    // unknown key will do. Throws boost::system::system_error.
    token_sign_in(const boost::asio::any_io_executor& loop, ground::state& db, std::filesystem::path folder,
                  const std::optional<wire::key_ring>& keys, const iam::access_control& access);

    [[nodiscard]] std::uint16_t port() const;
    void stop();

private:
    [[nodiscard]] bool is_server(uid_t user) const;
    [[nodiscard]] bind_verdict judge(const std::string& name, const std::string& token) const;
    [[nodiscard]] std::optional<iam::signing_key> key_of(const wire::signed_request& request,
                                                         std::chrono::system_clock::time_point now) const;
    // Throws token_refused.
    void check(const std::string& token, const fleet::db_instance& of, const std::string& user) const;

    ground::state& db_;
    const std::filesystem::path folder_;
    wire::key_ring keys_;
    const bool takes_any_key_;
    const iam::access_control& access_;
    ldap_responder responder_;
};

} // namespace cruddur::cloud::sign_in

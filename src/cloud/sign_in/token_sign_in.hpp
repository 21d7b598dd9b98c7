#pragma once

#include "cloud/ground/state.hpp"
#include "cloud/sign_in/ldap_responder.hpp"
#include "cloud/wire/signature.hpp"

#include <boost/asio/any_io_executor.hpp>

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
    // Throws boost::system::system_error.
    token_sign_in(const boost::asio::any_io_executor& loop, ground::state& db, std::filesystem::path folder,
                  const std::optional<wire::key_ring>& keys);

    [[nodiscard]] std::uint16_t port() const;
    void stop();

private:
    [[nodiscard]] bool is_server(uid_t user) const;
    [[nodiscard]] bind_verdict judge(const std::string& name, const std::string& token) const;

    ground::state& db_;
    const std::filesystem::path folder_;
    wire::key_ring keys_;
    const bool takes_any_key_;
    ldap_responder responder_;
};

} // namespace cruddur::cloud::sign_in

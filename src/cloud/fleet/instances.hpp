#pragma once

#include "cloud/ec2/network_users.hpp"
#include "cloud/fleet/admission.hpp"
#include "cloud/fleet/engine_choice.hpp"
#include "cloud/fleet/instance_records.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace cruddur::cloud::fleet {

class followers;

struct instances_params {
    std::filesystem::path folder; // an instance's folder is made in here
    engine_choice engines{};
    std::chrono::seconds clock_ahead{0}; // of the system's clock: for tests of what takes days
    std::filesystem::path bundle_file{}; // written anew with the certificates that clients trust
    std::uint16_t sign_in_port = 0;      // of loopback, where servers have tokens judged, by LDAP
    ec2::origin_lookup origin_of;        // of peers that are more than their address; none where it is empty
};

// Brings every DB instance to where its row says that it is going. Rows are the intent: an operation writes a
// status and calls wake(); what is to be done is done on worker threads, since servers block, and comes back
// to the loop, which writes what became of it. The same look at the rows takes up, at the next start, what a
// kill left half done. All methods are called on the loop's thread, unless said otherwise.
class instances final : public ec2::network_user {
public:
    // Starts nothing.
    instances(boost::asio::io_context& loop, state& db, instances_params params);
    instances(const instances&) = delete;
    instances& operator=(const instances&) = delete;
    ~instances() override;

    void start();
    // Looks at the rows soon, once the operation that runs now has committed. What has failed for this
    // instance may be tried again.
    void wake(const std::string& resource_id);
    // Lets running jobs end and stops every server, then calls `done` on the loop. Rows stay as they are, so
    // that the next start brings all back.
    void stop(std::function<void()> done);

    [[nodiscard]] bool uses(state& db, const std::string& id) const override {
        return has_instance_in_group(db, id) || has_instance_in_subnet(db, id, false);
    }
    [[nodiscard]] bool is_public_in(state& db, const std::string& subnet) const override {
        return has_instance_in_subnet(db, subnet, true);
    }
    [[nodiscard]] std::vector<ec2::network_interface> interfaces(state& db,
                                                                 const std::string& region) const override {
        return instance_interfaces(db, region);
    }
    // Of what has changed an instance's groups, its port or whether it is public, too: they hold for the next
    // connection. What cannot be read now is read later.
    void read_rules() override;

    // The instance's status: its row's, unless what has become of it could not be written down yet.
    [[nodiscard]] std::string status_of(const db_instance& what) const;

    [[nodiscard]] const followers& following() const;

    [[nodiscard]] epoch_ms now() const;
    // The certificates that clients trust, PEM.
    [[nodiscard]] std::string bundle() const;
    // Where the instance's PostgreSQL writes its log files.
    [[nodiscard]] std::filesystem::path log_folder(const db_instance& of) const;
    [[nodiscard]] const engine_choice& engines() const;
    // An address of 127.0.0.0/8 that no instance has and on which the port is free: the same for the same
    // name as long as it is free. nullopt where the port is taken on all of this machine.
    [[nodiscard]] std::optional<std::string> free_address(const std::string& region,
                                                          const std::string& identifier, std::int64_t port);

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace cruddur::cloud::fleet

#include "aws/access.hpp"
#include "aws/address.hpp"
#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/json.hpp>
#include <fmt/ostream.h>

#include <iostream>

namespace cruddur::cli::rds {
namespace {

constexpr std::uint16_t default_port = 5432;

struct access_options : rds_options {
    std::string address;
    std::string description = "GITPOD";
    std::string address_service = "https://checkip.amazonaws.com";
    std::uint16_t port = 0; // 0 is the instance's
};

bool is_local(rds_context& in) {
    return aws::is_local(need(in.by.how().endpoint(aws::ec2_service)));
}

// The address given; GITPOD_IP; with local AWS this machine's own; or what the address service says.
std::string admitted_address(rds_context& in, const access_options& options) {
    const bool local = is_local(in);
    if (!options.address.empty()) {
        return need(aws::check_address(options.address,
                                       local ? aws::reach::this_machine : aws::reach::private_network));
    }
    if (const auto given = in.by.how().variable("GITPOD_IP"); !given.empty())
        return need(aws::check_address(given, local ? aws::reach::this_machine : aws::reach::internet));
    if (local) return "127.0.0.1";
    return need(aws::ask_address(options.address_service, in.by.how().ca_file));
}

// Where neither group nor rule is named, the instance's own group; its port unless one is given.
aws::access_params find_door(rds_context& in, const access_options& options) {
    const auto& variable = in.by.how().variable;
    aws::access_params door{.group = variable("DB_SG_ID"),
                            .rule = variable("DB_SG_RULE_ID"),
                            .address = {},
                            .port = options.port,
                            .description = options.description};
    const bool named = !door.group.empty() || !door.rule.empty();
    if (named && door.port != 0) return door;
    const auto instance = aws::describe_instance(in.by, options.identifier);
    if (!instance) {
        // Who may change the rule may not be one who may look at the database.
        if (!named || instance.error().kind != aws::failure::refused)
            throw aws::error_exception{instance.error()};
        door.port = default_port;
        return door;
    }
    if (door.port == 0) door.port = instance->port == 0 ? default_port : instance->port;
    if (named) return door;
    if (instance->security_groups.empty()) {
        throw aws::error_exception{
            {.kind = aws::failure::failed,
             .message = fmt::format("{} has no security group yet", instance->identifier),
             .hint = "`cruddur rds wait` waits until it is available; DB_SG_ID names a group."}};
    }
    door.group = instance->security_groups.front();
    return door;
}

const char* word_of(aws::access::change change) {
    switch (change) {
    case aws::access::change::none:
        return "already allowed, by";
    case aws::access::change::modified:
        return "allowed, by changing";
    case aws::access::change::created:
        return "allowed, by adding";
    }
    return "";
}

exit_code allow(rds_context& in, const access_options& options) {
    auto door = find_door(in, options);
    door.address = admitted_address(in, options);
    const auto done = need(aws::allow_address(in.by, door));
    if (is_local(in) && !boost::asio::ip::make_address(door.address).is_loopback()) {
        say(fmt::format("Local AWS sees this machine as 127.0.0.1: a rule for {} does not let it in.{}",
                        door.address, options.address.empty() ? " Unset GITPOD_IP." : ""));
    }
    if (options.json) {
        std::cout << boost::json::serialize(
                         boost::json::object{{"address", door.address},
                                             {"port", door.port},
                                             {"changed", done.what != aws::access::change::none},
                                             {"group", done.group},
                                             {"rule", done.rule},
                                             {"cidr", done.cidr}})
                  << '\n';
        return exit_code::done;
    }
    // Standard output is for eval.
    say(fmt::format("{} is {} rule {} of {} (port {}, {}).", door.address, word_of(done.what), done.rule,
                    done.group, door.port, done.cidr));
    if (done.rule_was_missing)
        say(fmt::format("DB_SG_RULE_ID names a rule that is gone; this is the one now:"));
    if (done.rule_was_missing || door.rule.empty()) {
        fmt::print(std::cout, "export DB_SG_ID={} DB_SG_RULE_ID={}\n", done.group, done.rule);
    }
    if (done.cidr.ends_with("/0")) say("Warning: that rule lets the whole internet in.");
    return exit_code::done;
}

exit_code revoke(rds_context& in, const access_options& options) {
    auto door = find_door(in, options);
    door.address = admitted_address(in, options);
    const auto gone = need(aws::revoke_address(in.by, door));
    if (options.json) {
        std::cout << boost::json::serialize(
                         boost::json::object{{"address", door.address},
                                             {"revoked", boost::json::array(gone.begin(), gone.end())}})
                  << '\n';
    } else if (gone.empty()) {
        fmt::print(std::cout, "No rule allowed {}: nothing was done.\n", door.address);
    } else {
        fmt::print(std::cout, "{} is no longer allowed: {} revoked.\n", door.address, fmt::join(gone, " "));
    }
    return exit_code::done;
}

void add_access(CLI::App& rds, action& chosen, const char* name, const char* help,
                exit_code (*run)(rds_context&, const access_options&)) {
    auto options = std::make_shared<access_options>();
    CLI::App* command = add_rds_command(rds, name, help, *options, false, false);
    command->add_option("address", options->address, "The address; without it GITPOD_IP, or this machine's");
    command->add_option("--instance", options->identifier, "The DB instance");
    command->add_option("--port", options->port, "The port; the instance's without it");
    command->add_option("--description", options->description, "Which rule of the group is this machine's");
    command->add_option("--address-service", options->address_service,
                        "Where this machine's address is asked for");
    command->footer(
        "DB_SG_ID and DB_SG_RULE_ID name the security group and the rule. Without them the instance's\n"
        "group is taken, and its rule of that description, which is made where there is none.\n"
        "allow-ip prints both where they were not named: eval \"$(cruddur rds allow-ip)\" sets them.");
    command->callback([&chosen, options, run] {
        chosen = [options, run] {
            return run_rds(*options, [&](rds_context& in) { return run(in, *options); });
        };
    });
}

} // namespace

void add_rds_access(CLI::App& rds, action& chosen) {
    add_access(rds, chosen, "allow-ip", "Let this machine through the security group", allow);
    add_access(rds, chosen, "revoke-ip", "Take that back", revoke);
}

} // namespace cruddur::cli::rds

#include "cli/ground/terminal.hpp"
#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/ostream.h>

#include <iostream>

namespace cruddur::cli::rds {
namespace {

std::string current_password(rds_context& in, const aws::db_instance& instance,
                             const std::string& given_file) {
    if (!given_file.empty()) return need(aws::read_password(given_file));
    const auto file = in.kept.password_file(instance.account(), instance.region(), instance.identifier);
    return need(aws::kept_password(file, instance.identifier));
}

// Within single quotes a shell takes everything as it is, but for the quote itself.
std::string shell_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

exit_code url(rds_context& in, const rds_options& options, const std::string& password_file) {
    const auto instance = need(aws::describe_instance(in.by, options.identifier));
    if (instance.address.empty()) {
        throw aws::error_exception{
            {.kind = aws::failure::failed,
             .message = fmt::format("{} has no endpoint yet: it is {}", instance.identifier, instance.status),
             .hint = "`cruddur rds wait` waits until it is available."}};
    }
    const std::string password = current_password(in, instance, password_file);
    const auto bundle = need(in.kept.ca_bundle(in.by.how()));
    const std::string url = aws::connection_url_of(instance, password, bundle);
    if (options.json)
        std::cout << boost::json::serialize(boost::json::object{{"PROD_CONNECTION_URL", url}}) << '\n';
    else
        fmt::print(std::cout, "export PROD_CONNECTION_URL={}\n", shell_quoted(url));
    if (instance.status != "available") say(fmt::format("{} is {}.", instance.identifier, instance.status));
    return exit_code::done;
}

struct rotate_options : rds_options {
    std::string password_file;
    bool ask_password = false;
};

exit_code rotate(rds_context& in, const rotate_options& options) {
    const auto instance = need(aws::describe_instance(in.by, options.identifier));
    std::string password;
    if (!options.password_file.empty()) password = need(aws::read_password(options.password_file));
    if (options.ask_password) {
        password = ground::read_secret("New master password: ");
        need(aws::check_password(password));
    }
    rotate_password(in, options, instance, password);
    if (options.json) print_instance(need(aws::describe_instance(in.by, options.identifier)), true);
    return exit_code::done;
}

exit_code ca_bundle(rds_context& in, const rds_options& options) {
    const auto file = need(in.kept.fetch_ca_bundle(in.by.how()));
    if (options.json)
        std::cout << boost::json::serialize(boost::json::object{{"ca_bundle", file.string()}}) << '\n';
    else
        fmt::print(std::cout, "{}\n", file.string());
    return exit_code::done;
}

} // namespace

void add_rds_secrets(CLI::App& rds, action& chosen) {
    auto options = std::make_shared<rds_options>();
    auto password_file = std::make_shared<std::string>();
    CLI::App* command =
        add_rds_command(rds, "url", "Print the line that exports PROD_CONNECTION_URL", *options, true, false);
    command->add_option("--password-file", *password_file, "The password is the file's first line")
        ->check(CLI::ExistingFile);
    command->footer(
        "eval \"$(cruddur rds url)\" sets it. The URL holds the password: it is printed nowhere else.");
    command->callback([&chosen, options, password_file] {
        chosen = [options, password_file] {
            return run_rds(*options, [&](rds_context& in) { return url(in, *options, *password_file); });
        };
    });

    auto rotating = std::make_shared<rotate_options>();
    command =
        add_rds_command(rds, "rotate-password", "Give the master user a new password", *rotating, true, true);
    CLI::Option* from_file =
        command
            ->add_option("--password-file", rotating->password_file, "The password is the file's first line")
            ->check(CLI::ExistingFile);
    command->add_flag("--ask-password", rotating->ask_password, "Ask for it")->excludes(from_file);
    command->callback([&chosen, rotating] {
        chosen = [rotating] {
            return run_rds(*rotating, [&](rds_context& in) { return rotate(in, *rotating); });
        };
    });

    options = std::make_shared<rds_options>();
    command = add_rds_command(rds, "ca-bundle", "Fetch the certificates to verify by, and print their file",
                              *options, false, false);
    command->callback([&chosen, options] {
        chosen = [options] {
            return run_rds(*options, [&](rds_context& in) { return ca_bundle(in, *options); });
        };
    });
}

} // namespace cruddur::cli::rds

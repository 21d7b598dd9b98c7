#include "cli/ground/output.hpp"
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

struct url_options : rds_options {
    std::string password_file;
    bool iam = false;
    std::string user;
};

// No token is in it: who uses the URL signs one for each session.
std::string url_by_token(rds_context& in, const url_options& options, const aws::db_instance& instance) {
    const std::string user = options.user.empty() ? instance.master_username : options.user;
    if (!instance.iam_authentication) {
        throw aws::error_exception{
            {.kind = aws::failure::failed,
             .message = fmt::format("{} does not take tokens: IAM database authentication is off",
                                    instance.identifier),
             .hint = fmt::format("aws rds modify-db-instance --db-instance-identifier {} "
                                 "--enable-iam-database-authentication --apply-immediately",
                                 instance.identifier)}};
    }
    return aws::token_url_of(instance, user, need(in.kept.ca_bundle(in.by.how())));
}

std::string url_by_password(rds_context& in, const url_options& options, const aws::db_instance& instance) {
    const std::string password = current_password(in, instance, options.password_file);
    return aws::connection_url_of(instance, password, need(in.kept.ca_bundle(in.by.how())));
}

exit_code url(rds_context& in, const url_options& options) {
    const auto instance = need(aws::describe_instance(in.by, options.identifier));
    if (instance.address.empty()) {
        throw aws::error_exception{
            {.kind = aws::failure::failed,
             .message = fmt::format("{} has no endpoint yet: it is {}", instance.identifier, instance.status),
             .hint = "`cruddur rds wait` waits until it is available."}};
    }
    const std::string url =
        options.iam ? url_by_token(in, options, instance) : url_by_password(in, options, instance);
    if (options.json)
        std::cout << boost::json::serialize(boost::json::object{{"PROD_CONNECTION_URL", url}}) << '\n';
    else
        fmt::print(std::cout, "export PROD_CONNECTION_URL={}\n", ground::shell_quoted(url));
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
    auto printing = std::make_shared<url_options>();
    CLI::App* command = add_rds_command(rds, "url", "Print the line that exports PROD_CONNECTION_URL",
                                        *printing, true, false);
    CLI::Option* password_from =
        command
            ->add_option("--password-file", printing->password_file, "The password is the file's first line")
            ->check(CLI::ExistingFile);
    CLI::Option* by_token = command->add_flag("--iam", printing->iam,
                                              "By tokens of IAM database authentication, without a password");
    by_token->excludes(password_from);
    command->add_option("--user", printing->user, "Who signs in, granted rds_iam; the master user without it")
        ->needs(by_token);
    command->footer("eval \"$(cruddur rds url)\" sets it. The URL holds the password: it is printed nowhere "
                    "else. With --iam\n"
                    "it holds none: cruddur signs a token for each session, by the SDKs' credentials.");
    command->callback([&chosen, printing] {
        chosen = [printing] {
            return run_rds(*printing, [&](rds_context& in) { return url(in, *printing); });
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

    auto options = std::make_shared<rds_options>();
    command = add_rds_command(rds, "ca-bundle", "Fetch the certificates to verify by, and print their file",
                              *options, false, false);
    command->callback([&chosen, options] {
        chosen = [options] {
            return run_rds(*options, [&](rds_context& in) { return ca_bundle(in, *options); });
        };
    });
}

} // namespace cruddur::cli::rds

#include "aws/credentials.hpp"
#include "aws/settings.hpp"
#include "cli/door/commands.hpp"
#include "cli/ground/process.hpp"
#include "cli/local/local_aws.hpp"
#include "cli/local/local_function.hpp"
#include "cli/local/local_sign_up.hpp"
#include "cli/local/user_pool.hpp"
#include "cluster/files.hpp"
#include "postgres/url.hpp"

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace cruddur::cli::door {
namespace {

using local::local_aws;
using local::local_function;
using local::user_pool_choice;
using std::filesystem::path;

class usage_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The database as the function has it, with the password: it sees no file of ours to look one up in.
std::string connection_url_of_environment() {
    const std::string text = ground::environment("SIGNUP_CONNECTION_URL");
    if (text.empty())
        throw usage_error{"SIGNUP_CONNECTION_URL is not set. Set it to the database's URL as the login that "
                          "may add users: postgresql://USER@HOST:5432/cruddur"};
    auto url = postgres::connection_url::parse(text);
    if (!url) throw usage_error{"SIGNUP_CONNECTION_URL is malformed: " + url.error().describe()};
    if (const std::string file = ground::environment("SIGNUP_PASSWORD_FILE"); !file.empty()) {
        const std::string password = cluster::read_file(file);
        if (password.empty())
            throw usage_error{fmt::format("SIGNUP_PASSWORD_FILE: {} holds no password", file)};
        url = url->with("password", password);
    }
    if (url->password().empty())
        throw usage_error{"SIGNUP_CONNECTION_URL has no password. SIGNUP_PASSWORD_FILE names its file."};
    return url->to_string();
}

local_aws local_aws_of_environment() {
    const auto settings = aws::load_settings({});
    if (!settings) throw usage_error{settings.error().describe()};
    std::string endpoint = local::cognito_endpoint(ground::environment);
    while (endpoint.ends_with('/'))
        endpoint.pop_back();
    if (!aws::is_local(endpoint))
        throw usage_error{"AWS_ENDPOINT_URL is to name local AWS, on this machine or by a container's plain "
                          "name: real AWS is set up by deploy/cruddur.yaml."};
    const auto keys = aws::find_credentials(*settings);
    if (!keys) throw usage_error{keys.error().describe()};
    return settings->region.empty() ? local_aws{endpoint, *keys}
                                    : local_aws{endpoint, *keys, settings->region};
}

exit_code set_up(const path& output) {
    const path folder = std::filesystem::absolute(output).parent_path();
    if (!std::filesystem::is_directory(folder))
        throw usage_error{fmt::format("{} is to be written, and its folder is not there", output.string())};
    const local_function wanted{.program = local::function_program(),
                                .zip = folder / "post-confirmation.zip",
                                .connection_url = connection_url_of_environment()};
    if (!std::filesystem::is_regular_file(wanted.program))
        throw std::runtime_error{
            fmt::format("{} is not there: it is built beside this program", wanted.program.string())};
    const local_aws in = local_aws_of_environment();
    const user_pool_choice pool = local::ensure_local_sign_up(in);
    local::ensure_local_function(in, pool, wanted);
    constexpr mode_t no_secret = 0644;
    cluster::write_file(output, local::user_pool_text(pool), no_secret);
    fmt::print("User pool  {}\nApp client {}\nWritten to {}\n", pool.id, pool.client_id, output.string());
    return exit_code::done;
}

} // namespace

void add_sign_up(CLI::App& app, action& chosen) {
    auto output = std::make_shared<std::string>("user-pool.json");
    CLI::App* command = app.add_subcommand(
        "sign-up", "Set up sign-up in local AWS: the user pool, its client and its function");
    command->add_option("-o,--output", *output, "Where to write what `cruddur serve --user-pool` reads");
    command->footer(
        "What is there is found by its name, and brought up to date.\n"
        "Environment:\n"
        "  SIGNUP_CONNECTION_URL    the database, as the function logs in to it\n"
        "  SIGNUP_PASSWORD_FILE     the file of that login's password, where the URL has none\n"
        "  AWS_ENDPOINT_URL         local AWS. Credentials and region are found as the AWS CLI does");
    command->callback([output, &chosen] {
        chosen = [output] {
            try {
                return set_up(*output);
            } catch (const usage_error& wrong) {
                fmt::print(std::cerr, "cruddur sign-up: {}\n", wrong.what());
                return exit_code::usage;
            }
        };
    });
}

} // namespace cruddur::cli::door

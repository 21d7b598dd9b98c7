#include "app/door/log.hpp"
#include "cli/door/commands.hpp"
#include "cli/ground/process.hpp"
#include "cli/local/cloud_engines.hpp"
#include "cli/local/cloud_profile.hpp"
#include "cloud/door/service.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace cruddur::cli::door {

namespace {

exit_code run_cloud(const cloud::door::service_params& params) {
    const sigset_t stops = ground::block_stop_signals();
    ground::raise_descriptor_limit();
    app::door::set_up_logs(isatty(STDERR_FILENO) != 0 ? app::door::log_format::human
                                                      : app::door::log_format::json);
    auto aws = std::make_unique<cloud::door::service>(params);
    const std::uint16_t port = aws->start();
    const bool ipv6 = params.host.find(':') != std::string::npos;
    const std::string url = fmt::format("http://{}:{}", ipv6 ? "[" + params.host + "]" : params.host, port);
    fmt::print(
        "AWS endpoint  {}\nConsole  {}/console\nLambda functions  {}\n\nexport AWS_ENDPOINT_URL={}\nexport "
        "AWS_DEFAULT_REGION={}\n",
        url, url, aws->confinement(), url, params.region);
    if (params.keys_file.empty()) {
        fmt::print("export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n");
    } else {
        fmt::print("export AWS_SHARED_CREDENTIALS_FILE={}\n", params.keys_file);
    }
    // Seen of 1.45: rds has an endpoint of its own in us-east-1 there, which goes before variable and
    // profile.
    fmt::print(
        "# An aws of version 1 sends rds in us-east-1 to the real AWS, whatever AWS_ENDPOINT_URL or a\n"
        "# profile says, and one older than 2.13 reads neither. Say it to every aws of this shell:\n"
        "aws() {{ command aws --endpoint-url {} \"$@\"; }}\n",
        url);
    if (params.keys_file.empty())
        fmt::print("# Or all of that in one line: eval \"$({})\"\n", params.command + " profile");
    std::fflush(stdout);
    int caught = 0;
    sigwait(&stops, &caught);
    aws->stop();
    const std::vector<std::string> missing = aws->missing();
    if (!missing.empty()) fmt::print("\nAsked for, and not in local AWS:\n");
    for (const std::string& each : missing)
        fmt::print("  {}\n", each);
    aws.reset(); // what ends with it may have something to say
    app::door::flush_logs();
    return exit_code::done;
}

} // namespace

void add_cloud(CLI::App& app, action& chosen) {
    constexpr std::int64_t clock_ahead_max_s = 3'153'600'000; // a hundred years
    auto params = std::make_shared<cloud::door::service_params>();
    CLI::App* command = app.add_subcommand("cloud", "Run local AWS: one endpoint for the AWS CLI and SDKs");
    command->add_option("--host", params->host, "The address to listen on");
    command->add_option("--port", params->port, "The port; 0 takes a free one");
    command->add_option("--data-dir", params->folder, "Where everything is kept")
        ->default_str("cloud/ in the data folder of `cruddur up`");
    command->add_option("--region", params->region, "The region of requests that name none");
    CLI::Option* required = command
                                ->add_option("--require-signatures", params->keys_file,
                                             "Take only requests signed by a key of this credentials file")
                                ->check(CLI::ExistingFile);
    command->add_flag("--any-credentials")
        ->description("Take any credentials, and none: the default, on loopback only")
        ->excludes(required);
    command->add_flag(
        "--enforce-iam", params->enforce_iam,
        "Refuse what no policy of IAM allows from the start on, and not only once there is one");
    local::add_engine_substitute(*command, "--allow-version-substitute", params->allow_version_substitute,
                                 "Serve engine versions that are not there by the newest PostgreSQL that is");
    command
        ->add_option_function<std::int64_t>(
            "--clock-ahead",
            [params](std::int64_t seconds) { params->clock_ahead = std::chrono::seconds{seconds}; },
            "Run with RDS's clock that many seconds ahead, for tests of what takes days")
        ->check(CLI::Range(std::int64_t{0}, clock_ahead_max_s));
    const auto folder = [params] {
        return params->folder.empty() ? ground::default_data_folder() / "cloud"
                                      : std::filesystem::absolute(params->folder);
    };
    local::add_engines(*command, folder, chosen);
    local::add_profile(*command, folder, chosen);
    command->callback([params, &chosen, command] {
        if (!command->get_subcommands().empty()) return;
        chosen = [params] {
            if (params->folder.empty()) params->folder = ground::default_data_folder() / "cloud";
            params->command = local::cloud_command(params->folder);
            return run_cloud(*params);
        };
    });
}

} // namespace cruddur::cli::door

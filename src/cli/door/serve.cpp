#include "app/door/log.hpp"
#include "app/door/service.hpp"
#include "aws/url_password.hpp"
#include "cli/door/commands.hpp"
#include "cli/ground/origins.hpp"
#include "cli/ground/process.hpp"
#include "cli/local/request_limits.hpp"
#include "cli/local/user_pool.hpp"
#include "web/page.hpp"

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace cruddur::cli::door {
namespace {

struct serve_options {
    app::door::service_params params;
    local::request_limits limits;
    std::string jwks;
    std::string user_pool_file;
    std::string sign_in_endpoint;
    std::string ca_file;
    bool no_snapshot = false;
    std::size_t slow_ms = 1'000;
};

exit_code wrong(std::string_view reason) {
    fmt::print(std::cerr, "cruddur serve: {}\n", reason);
    return exit_code::usage;
}

// "" where file or variables are fit, or name no user pool; otherwise what is wrong.
std::string configure_sign_in(serve_options& options) {
    local::user_pool_choice chosen{.region = ground::environment("AWS_DEFAULT_REGION"),
                                   .id = ground::environment("AWS_COGNITO_USER_POOL_ID"),
                                   .client_id = ground::environment("AWS_COGNITO_USER_POOL_CLIENT_ID"),
                                   .endpoint = local::cognito_endpoint(ground::environment),
                                   .sign_in_endpoint = options.sign_in_endpoint};
    if (!options.user_pool_file.empty()) {
        if (std::string unfit = local::read_user_pool(options.user_pool_file, chosen); !unfit.empty())
            return unfit;
    }
    if (chosen.id.empty() && chosen.client_id.empty())
        return chosen.sign_in_endpoint.empty() ? ""
                                               : "--sign-in-endpoint is for a user pool, and none is named.";
    if (chosen.region.empty() || chosen.id.empty() || chosen.client_id.empty())
        return "The user pool is half configured. Set AWS_DEFAULT_REGION, AWS_COGNITO_USER_POOL_ID and "
               "AWS_COGNITO_USER_POOL_CLIENT_ID, or none of the last two.";
    std::string unfit = local::use_user_pool(chosen, options.params);
    if (!options.jwks.empty()) options.params.tokens.jwks = options.jwks;
    return unfit;
}

// Waits for SIGTERM or Ctrl-C, which must be blocked in every thread. A second one ends the program at once.
void wait_for_signal(const sigset_t& signals) {
    int caught = 0;
    sigwait(&signals, &caught);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

exit_code serve(serve_options options) {
    const std::string text = ground::environment("CONNECTION_URL");
    if (text.empty())
        return wrong("CONNECTION_URL is not set. Set it to the database's URL: "
                     "postgresql://USER:PASSWORD@HOST:5432/cruddur");
    const auto url = postgres::connection_url::parse(text);
    if (!url) return wrong(fmt::format("CONNECTION_URL is malformed: {}", url.error().describe()));
    const auto complete = aws::with_password(url->with_verified_tls(options.ca_file));
    if (!complete) {
        return wrong(
            fmt::format("CONNECTION_URL: {}. {}", complete.error().describe(), complete.error().advice()));
    }
    options.params.database = *complete;
    options.params.page = web::page();
    options.params.snapshot = !options.no_snapshot;
    options.limits.apply(options.params);
    options.params.slow = std::chrono::milliseconds{options.slow_ms};
    if (const std::string unfit = ground::origins_of_environment(options.params.allowed_origins);
        !unfit.empty())
        return wrong(unfit);
    if (const std::string unfit = configure_sign_in(options); !unfit.empty()) return wrong(unfit);

    const sigset_t signals = ground::block_stop_signals();
    ground::raise_descriptor_limit();
    app::door::set_up_logs(isatty(STDERR_FILENO) != 0 ? app::door::log_format::human
                                                      : app::door::log_format::json);
    if (options.params.tokens.issuer.empty())
        spdlog::warn("No user pool is configured: nobody can sign in, and posting answers 401");
    if (const std::string warning = ground::warning_of(options.params.allowed_origins); !warning.empty())
        spdlog::warn("{}", warning);
    try {
        app::door::service running{options.params};
        const auto port = running.start();
        fmt::print(std::cout, "API and page  {}\n", ground::address_of(options.params.host, port));
        if (options.params.metrics_port)
            fmt::print(std::cout, "Metrics       {}/metrics\n",
                       ground::address_of(options.params.metrics_host, running.metrics_port()));
        std::cout.flush();
        wait_for_signal(signals);
        spdlog::info("Stopping: answering what is in flight");
        running.stop();
    } catch (const app::door::start_error& failed) {
        app::door::flush_logs();
        fmt::print(std::cerr, "cruddur serve: {}\n", failed.what());
        return exit_code::failed;
    }
    app::door::flush_logs();
    return exit_code::done;
}

} // namespace

void add_serve(CLI::App& app, action& chosen) {
    auto* command = app.add_subcommand("serve", "Serve the API and the page from CONNECTION_URL");
    auto options = std::make_shared<serve_options>();
    auto& params = options->params;
    command->add_option("--port", params.port, "Port to listen on; 0 takes a free one");
    command->add_option("--host", params.host, "Address to listen on");
    command->add_option("--metrics-port", params.metrics_port,
                        "Port of /metrics, off without it; 0 takes a free one");
    command->add_option("--metrics-host", params.metrics_host, "Address of /metrics")
        ->default_str("127.0.0.1");
    command->add_option("--threads", params.threads, "Event loops; 0 means one a core")
        ->check(CLI::Range(0, 256));
    command->add_flag("--no-snapshot", options->no_snapshot, "Read every home feed from the database");
    command->add_option("--jwks", options->jwks,
                        "URL or file of the tokens' keys, in place of the user pool's own");
    command
        ->add_option("--user-pool", options->user_pool_file,
                     "File of `cruddur sign-up` with the user pool, in place of the variables")
        ->check(CLI::ExistingFile);
    command->add_option("--sign-in-endpoint", options->sign_in_endpoint,
                        "Local AWS as browsers reach it, where that is not as AWS_ENDPOINT_URL has it");
    command->add_option("--ca-file", options->ca_file, "Certificates to verify the database's TLS by")
        ->check(CLI::ExistingFile);
    command
        ->add_option("--connections", params.connections_max,
                     "Database connections of all loops together: two a loop at least")
        ->check(CLI::Range(1, 1'000));
    command
        ->add_option("--queue", params.queue_max, "Statements that may wait for one, of all loops together")
        ->check(CLI::Range(1, 1'000'000));
    command->add_option("--slow-ms", options->slow_ms, "A request that takes longer is logged as slow")
        ->check(CLI::Range(0, 3'600'000));
    command->add_flag("--log-requests", params.log_requests, "Log every request");
    local::add_request_limits(*command, options->limits);
    command->footer(
        std::string{
            "Environment:\n"
            "  CONNECTION_URL                   the database; a remote one is reached by verified TLS\n"
            "                                   ?secret=ARN takes the password from Secrets Manager,\n"
            "                                   ?iam=true signs in by IAM database authentication\n"
            "  AWS_DEFAULT_REGION, AWS_COGNITO_USER_POOL_ID, AWS_COGNITO_USER_POOL_CLIENT_ID\n"
            "                                   where people sign in, and whose tokens are taken; "
            "--user-pool\n"
            "                                   names a file in their place\n"
            "  AWS_ENDPOINT_URL                 local AWS, in place of AWS's own Cognito\n"
            "  FRONTEND_URL, BACKEND_URL        origins that browsers may call from, comma-separated; * is "
            "any\n"} +
        local::request_limits_help());
    command->callback([&chosen, options] { chosen = [options] { return serve(*options); }; });
}

} // namespace cruddur::cli::door

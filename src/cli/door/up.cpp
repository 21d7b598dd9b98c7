#include "app/door/log.hpp"
#include "cli/door/commands.hpp"
#include "cli/ground/origins.hpp"
#include "cli/ground/output.hpp"
#include "cli/ground/process.hpp"
#include "cli/local/cloud_engines.hpp"
#include "cli/local/cloud_profile.hpp"
#include "cli/local/local_stack.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/ostream.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace cruddur::cli::door {
namespace {

struct up_options {
    local::local_stack_params stack;
    bool json = false;
};

// What is done, for a person, on standard error: standard output holds the addresses alone.
class progress {
public:
    progress()
        : colours_{ground::coloured(STDERR_FILENO)} {}

    void tell(const database::event& event) const {
        using kind = database::event::kind;
        if (event.what == kind::begun) return show("…", "2", event.text);
        return event.what == kind::done ? show("✓", "32", event.text) : show("!", "33", event.text);
    }

private:
    void show(const char* mark, const char* colour, const std::string& text) const {
        if (colours_)
            fmt::print(std::cerr, "\033[{}m{}\033[0m {}\n", colour, mark, text);
        else
            fmt::print(std::cerr, "{} {}\n", mark, text);
        std::cerr.flush();
    }

    bool colours_;
};

void print_addresses(const up_options& options, const local::local_addresses& where) {
    if (options.json) {
        boost::json::object all;
        all["api_and_page"] = where.api;
        all["connection_url"] = where.connection_url;
        all["aws_endpoint"] = where.aws_endpoint;
        all["data_dir"] = std::filesystem::canonical(options.stack.folder).string();
        all["pid"] = getpid();
        fmt::print(std::cout, "{}\n", boost::json::serialize(all));
    } else {
        fmt::print(std::cout,
                   "API and page  {}\nCONNECTION_URL  {}\nAWS endpoint  {}\nAWS console  {}/console\n",
                   where.api, where.connection_url, where.aws_endpoint, where.aws_endpoint);
        fmt::print(std::cout,
                   "AWS CLI  eval \"$({} profile)\" (without it, version 1 sends rds in us-east-1 to the "
                   "real AWS)\n",
                   local::cloud_command(options.stack.folder / "cloud", local::own_program()));
        if (isatty(STDOUT_FILENO) != 0) fmt::print(std::cout, "\nCtrl-C stops all of it.\n");
    }
    std::cout.flush();
}

// Asks for a stop when one of the signals comes, at whatever moment. They are blocked, so that only this
// thread takes them.
class stop_on_signal {
public:
    explicit stop_on_signal(const sigset_t& signals)
        : thread_{[this, signals] {
            int caught = 0;
            sigwait(&signals, &caught);
            source_.request_stop();
        }} {}
    stop_on_signal(const stop_on_signal&) = delete;
    stop_on_signal& operator=(const stop_on_signal&) = delete;
    ~stop_on_signal() {
        pthread_kill(thread_.native_handle(), SIGINT); // where none has come
        thread_.join();
    }
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::thread thread_;
};

// Until all is to stop, looks after the server: one that ended is started again. One that does not start is
// tried after pauses that double, and what needs no database goes on.
void look_after(local::local_stack& running, const std::stop_token& stopping, const progress& shown) {
    constexpr auto look_every = std::chrono::milliseconds(500);
    constexpr std::chrono::seconds pause_max{30};
    std::chrono::seconds pause{1};
    auto next = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::unique_lock lock{mutex};
    std::condition_variable_any changed;
    while (!stopping.stop_requested()) {
        changed.wait_for(lock, stopping, look_every, [] { return false; });
        if (stopping.stop_requested() || std::chrono::steady_clock::now() < next) continue;
        try {
            if (!running.revive()) continue;
            pause = std::chrono::seconds{1};
            shown.tell({database::event::kind::warning, "PostgreSQL had ended, and was started again"});
        } catch (const std::exception& failed) {
            if (stopping.stop_requested()) return;
            next = std::chrono::steady_clock::now() + pause;
            shown.tell({database::event::kind::warning,
                        fmt::format("PostgreSQL has ended and does not start: what needs it is answered with "
                                    "503, and it is tried again in {} s. {}",
                                    pause.count(), failed.what())});
            pause = std::min(pause * 2, pause_max);
        }
    }
}

exit_code up(up_options options) {
    const sigset_t signals = ground::block_stop_signals();
    ground::raise_descriptor_limit();
    const stop_on_signal stop{signals};
    options.stack.stopping = stop.token();
    const progress shown;
    app::door::set_up_logs(isatty(STDERR_FILENO) != 0 ? app::door::log_format::human
                                                      : app::door::log_format::json);
    spdlog::set_level(spdlog::level::warn);
    if (const std::string warning = ground::warning_of(options.stack.allowed_origins); !warning.empty())
        shown.tell({database::event::kind::warning, warning});
    shown.tell({database::event::kind::begun, "Everything is kept in " + options.stack.folder.string()});
    try {
        local::local_stack running{options.stack,
                                   [&shown](const database::event& event) { shown.tell(event); }};
        print_addresses(options, running.addresses());
        look_after(running, stop.token(), shown);
        shown.tell({database::event::kind::begun, "Stopping"});
        running.stop();
    } catch (const std::exception& failed) {
        app::door::flush_logs();
        if (!stop.token().stop_requested()) {
            fmt::print(std::cerr, "cruddur up: {}\n", failed.what());
            return exit_code::failed;
        }
    }
    app::door::flush_logs();
    shown.tell({database::event::kind::done, "Everything is stopped"});
    return exit_code::done;
}

} // namespace

void add_up(CLI::App& app, action& chosen) {
    auto* command = app.add_subcommand("up", "Run everything: PostgreSQL, local AWS, the API and the page");
    auto options = std::make_shared<up_options>();
    auto& stack = options->stack;
    command->add_option("--data-dir", stack.folder, "Where everything is kept")
        ->default_str("data/ of the checkout by bin/up, else ~/.local/share/cruddur");
    auto* api = command->add_option("--port", stack.api.number, "Port of the API and the page");
    auto* database = command->add_option("--database-port", stack.database.number, "Port of PostgreSQL");
    auto* cloud = command->add_option("--cloud-port", stack.cloud.number, "Port of local AWS");
    command->add_flag("--json", options->json, "Print the addresses as one JSON object");
    local::add_engine_substitute(
        *command, "--version-substitute,!--no-version-substitute", stack.substitutes_engines,
        "Have the newest PostgreSQL stand in for RDS engine versions that are not there: the default");
    command->add_flag("--enforce-iam", stack.enforces_iam,
                      "In local AWS, refuse what no policy of IAM allows from the start on");
    local::add_request_limits(*command, stack.limits);
    command->footer(
        std::string{"A default port that is taken gives way to a free one; 0 asks for a free one.\n"
                    "SIGTERM and Ctrl-C stop all that it started.\n"
                    "Environment:\n"
                    "  FRONTEND_URL, BACKEND_URL        origins that browsers may call the API from, beside "
                    "its own page\n"} +
        local::request_limits_help());
    command->callback([&chosen, options, api, database, cloud] {
        options->stack.api.asked_for = api->count() > 0;
        options->stack.database.asked_for = database->count() > 0;
        options->stack.cloud.asked_for = cloud->count() > 0;
        chosen = [options] {
            if (const std::string unfit = ground::origins_of_environment(options->stack.allowed_origins);
                !unfit.empty()) {
                fmt::print(std::cerr, "cruddur up: {}\n", unfit);
                return exit_code::usage;
            }
            if (options->stack.folder.empty()) options->stack.folder = ground::default_data_folder();
            return up(*options);
        };
    });
}

} // namespace cruddur::cli::door

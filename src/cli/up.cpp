#include "app/log.hpp"
#include "cli/commands.hpp"
#include "cli/descriptors.hpp"
#include "cli/local_stack.hpp"
#include "cluster/account.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/ostream.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace cruddur::cli {
namespace {

using std::filesystem::path;

struct up_options {
    local_stack_params stack;
    bool json = false;
};

// What is done, for a person, on standard error: standard output holds the addresses alone.
class progress {
public:
    progress()
        : colours_{isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr} {}

    void tell(const database::event& what) const {
        using kind = database::event::kind;
        if (what.what == kind::begun) return show("…", "2", what.text);
        return what.what == kind::done ? show("✓", "32", what.text) : show("!", "33", what.text);
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

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

// The part of the way to a folder that is there already.
path existing_part(path folder) {
    while (!std::filesystem::exists(folder) && folder.has_relative_path())
        folder = folder.parent_path();
    return folder;
}

// bin/up names the checkout's own folder; otherwise it is XDG's. Root's PostgreSQL runs as an unprivileged
// user, who cannot pass through a closed home folder: then it is the system's place for such data.
path default_folder() {
    path folder = environment("CRUDDUR_DATA_DIR");
    if (folder.empty()) {
        const auto data = environment("XDG_DATA_HOME");
        folder = data.empty() ? path{environment("HOME")} / ".local" / "share" / "cruddur"
                              : path{data} / "cruddur";
    }
    folder = std::filesystem::absolute(folder).lexically_normal();
    const auto owner = cluster::account_for(folder / "postgres" / "data");
    if (owner.differs() && !cluster::first_closed_folder(owner, existing_part(folder)).empty())
        return "/var/lib/cruddur";
    return folder;
}

void print(const up_options& options, const local_addresses& where) {
    if (options.json) {
        boost::json::object all;
        all["api_and_page"] = where.api;
        all["connection_url"] = where.connection_url;
        all["aws_endpoint"] = where.aws_endpoint;
        all["data_dir"] = std::filesystem::canonical(options.stack.folder).string();
        all["pid"] = getpid();
        fmt::print(std::cout, "{}\n", boost::json::serialize(all));
    } else {
        fmt::print(std::cout, "API and page  {}\nCONNECTION_URL  {}\nAWS endpoint  {}\n", where.api,
                   where.connection_url, where.aws_endpoint);
        if (isatty(STDOUT_FILENO) != 0) fmt::print(std::cout, "\nCtrl-C stops all of it.\n");
    }
    std::cout.flush();
}

// Blocked before any thread is made, so that every one of them leaves the signals to us. A hang-up counts
// unless our caller (nohup) ignores it.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    struct sigaction hang_up {};
    sigaction(SIGHUP, nullptr, &hang_up);
    if (hang_up.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

// Until a signal comes, looks after the server: one that was killed is started again.
void wait(local_stack& running, const sigset_t& signals, const progress& shown) {
    const timespec look{0, 500'000'000};
    while (sigtimedwait(&signals, nullptr, &look) < 0) {
        if (running.revive())
            shown.tell({database::event::kind::warning, "PostgreSQL had ended, and was started again"});
    }
}

exit_code up(const up_options& options) {
    const sigset_t signals = block_signals();
    raise_descriptor_limit();
    const progress shown;
    app::set_up_logs(isatty(STDERR_FILENO) != 0 ? app::log_format::human : app::log_format::json);
    spdlog::set_level(spdlog::level::warn);
    shown.tell({database::event::kind::begun, "Everything is kept in " + options.stack.folder.string()});
    try {
        local_stack running{options.stack, [&shown](const database::event& what) { shown.tell(what); }};
        print(options, running.addresses());
        wait(running, signals, shown);
        shown.tell({database::event::kind::begun, "Stopping"});
        running.stop();
    } catch (const std::exception& failed) {
        app::flush_logs();
        fmt::print(std::cerr, "cruddur up: {}\n", failed.what());
        return exit_code::failed;
    }
    app::flush_logs();
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
    command->footer("A default port that is taken gives way to a free one; 0 asks for a free one.\n"
                    "SIGTERM and Ctrl-C stop all that it started.");
    command->callback([&chosen, options, api, database, cloud] {
        options->stack.api.asked_for = api->count() > 0;
        options->stack.database.asked_for = database->count() > 0;
        options->stack.cloud.asked_for = cloud->count() > 0;
        chosen = [options] {
            if (options->stack.folder.empty()) options->stack.folder = default_folder();
            return up(*options);
        };
    });
}

} // namespace cruddur::cli

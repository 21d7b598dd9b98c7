#include "app/log.hpp"
#include "cli/commands.hpp"
#include "cli/local_stack.hpp"
#include "cli/output.hpp"
#include "cli/process.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/ostream.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <csignal>
#include <iostream>
#include <memory>

namespace cruddur::cli {
namespace {

struct up_options {
    local_stack_params stack;
    bool json = false;
};

// What is done, for a person, on standard error: standard output holds the addresses alone.
class progress {
public:
    progress()
        : colours_{coloured(STDERR_FILENO)} {}

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
        fmt::print(std::cout,
                   "AWS CLI  aws --endpoint-url {} (without it, version 1 sends rds in us-east-1 to the real "
                   "AWS)\n",
                   where.aws_endpoint);
        if (isatty(STDOUT_FILENO) != 0) fmt::print(std::cout, "\nCtrl-C stops all of it.\n");
    }
    std::cout.flush();
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
    const sigset_t signals = block_stop_signals();
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
            if (options->stack.folder.empty()) options->stack.folder = default_data_folder();
            return up(*options);
        };
    });
}

} // namespace cruddur::cli

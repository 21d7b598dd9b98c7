#include "cli/commands.hpp"
#include "cli/parse_error.hpp"

#include <fmt/ostream.h>

#include <exception>
#include <iostream>

namespace {

using namespace cruddur::cli;

exit_code run(int argc, char** argv) {
    action chosen;
    CLI::App app{"Cruddur, an ephemeral micro-blog on PostgreSQL.", "cruddur"};
    app.set_version_flag("--version", "cruddur " CRUDDUR_VERSION);
    app.require_subcommand(1);
    app.option_defaults()->always_capture_default();
    for (const auto add : {&add_up, &add_serve, &add_cloud, &add_rds, &add_completion})
        add(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& stopped) {
        return report(app, stopped, std::cout, std::cerr);
    }
    return chosen();
}

} // namespace

int main(int argc, char** argv) {
    try {
        return static_cast<int>(run(argc, argv));
    } catch (const std::exception& failed) {
        fmt::print(std::cerr, "cruddur: {}\n", failed.what());
        return static_cast<int>(exit_code::failed);
    }
}

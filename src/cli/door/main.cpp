#include "cli/admin/admin.hpp"
#include "cli/db/db.hpp"
#include "cli/door/commands.hpp"
#include "cli/ground/parse_error.hpp"
#include "cli/ground/process.hpp"
#include "cli/rds/rds.hpp"

#include <fmt/ostream.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace cruddur::cli;
using ground::action;
using ground::exit_code;

// The line as CLI11 takes it, last word first. What follows "--" is for the program that `db connect` starts,
// whatever it looks like, so it goes to that command as the values of an option.
std::vector<std::string> words_of(int argc, char** argv) {
    std::vector<std::string> words;
    const std::vector<std::string> given(argv + 1, argv + argc);
    const auto mark = std::ranges::find(given, "--");
    const bool passes_on = std::find(given.begin(), mark, "connect") != mark;
    for (auto word = given.begin(); word != given.end(); ++word) {
        if (!passes_on || word < mark) {
            words.push_back(*word);
        } else if (word > mark) {
            words.push_back("--psql-argument=" + *word);
        }
    }
    std::ranges::reverse(words);
    return words;
}

// A variable that is nearly one of ours is one misspelt, which would be passed over without a word; nullptr
// where there is none.
const char* misspelt_variable(std::string_view& meant) {
    constexpr std::array<std::string_view, 10> ours{"CONNECTION_URL",
                                                    "PROD_CONNECTION_URL",
                                                    "CRUDDUR_DATA_DIR",
                                                    "CRUDDUR_CHECKOUT",
                                                    "GITPOD_IP",
                                                    "CRUDDUR_ENGINE_SUBSTITUTE",
                                                    "CRUDDUR_POSTS_A_MINUTE",
                                                    "CRUDDUR_REACTIONS_A_MINUTE",
                                                    "CRUDDUR_REQUESTS_A_MINUTE",
                                                    "CRUDDUR_TRUSTED_PROXIES"};
    constexpr std::size_t distance_max = 2;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view variable{*each};
        const auto name = variable.substr(0, variable.find('='));
        for (const auto one : ours) {
            if (name == one || std::ranges::find(ours, name) != ours.end()) continue;
            if (ground::distance(name, one) > distance_max) continue;
            // Beside ours it is one's own, as CONNECTION_URL2 is, where another URL is kept.
            if (name.starts_with(one) && !ground::environment(std::string{one}.c_str()).empty()) continue;
            meant = one;
            return *each;
        }
    }
    return nullptr;
}

// The commands of the first level, by the word that calls each.
struct first_command {
    std::string_view name;
    void (*add)(CLI::App& app, action& chosen);
};
constexpr std::array<first_command, 10> first_commands{{{"up", door::add_up},
                                                        {"serve", door::add_serve},
                                                        {"db", db::add_db},
                                                        {"demo", db::add_demo},
                                                        {"admin", admin::add_admin},
                                                        {"cloud", door::add_cloud},
                                                        {"rds", rds::add_rds},
                                                        {"lambda", door::add_lambda},
                                                        {"sign-up", door::add_sign_up},
                                                        {"completion", door::add_completion}}};

// Of a line that begins with a command's name, that command alone: to make all of them with their options
// takes a fifth of a short one's time. The others are for who asks for help, mistypes, or has his shell
// complete.
void add_commands(CLI::App& app, action& chosen, std::string_view first_word) {
    const auto named = std::ranges::find(first_commands, first_word, &first_command::name);
    if (named != first_commands.end() && first_word != "completion") return named->add(app, chosen);
    for (const auto& each : first_commands)
        each.add(app, chosen);
}

exit_code run(int argc, char** argv) {
    action chosen;
    CLI::App app{"Cruddur, an ephemeral micro-blog on PostgreSQL.", "cruddur"};
    app.set_version_flag("--version", "cruddur " CRUDDUR_VERSION);
    app.require_subcommand(1);
    app.option_defaults()->always_capture_default();
    add_commands(app, chosen, argc > 1 ? argv[1] : "");
    try {
        app.parse(words_of(argc, argv));
    } catch (const CLI::ParseError& stopped) {
        return ground::report(app, stopped, std::cout, std::cerr);
    }
    std::string_view meant;
    if (const char* wrong = misspelt_variable(meant)) {
        const std::string_view variable{wrong};
        fmt::print(std::cerr, "cruddur: {} is set, which nothing reads: did you mean {}? Nothing was done.\n",
                   variable.substr(0, variable.find('=')), meant);
        return exit_code::usage;
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

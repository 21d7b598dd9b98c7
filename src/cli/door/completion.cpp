#include "cli/door/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cruddur::cli::door {
namespace {

// What may follow each command line prefix ("cruddur db create"): its commands, flags and fixed arguments.
using words = std::map<std::string, std::vector<std::string>>;

void collect(const CLI::App& command, const std::string& line, words& found) {
    auto& mine = found[line];
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_group().empty() && !option->get_positional()) continue;
        for (const auto& name : option->get_lnames())
            mine.push_back("--" + name);
        if (option->get_positional() && option->get_name(true) == "environment") mine.emplace_back("prod");
        if (option->get_positional() && option->get_name(true) == "shell") {
            mine.insert(mine.end(), {"bash", "zsh", "fish"});
        }
    }
    for (const CLI::App* sub : command.get_subcommands({})) {
        mine.push_back(sub->get_name());
        collect(*sub, line + ' ' + sub->get_name(), found);
    }
}

std::string joined(const std::vector<std::string>& list) {
    return fmt::format("{}", fmt::join(list, " "));
}

// One function serves bash and zsh: zsh reads bash completions by itself.
void print_bash(const words& found, std::ostream& out) {
    out << "_cruddur() {\n"
           "    local line=cruddur word\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        [[ $word == -* || $word == prod ]] || line+=\" $word\"\n"
           "    done\n"
           "    local words=\n"
           "    case \"$line\" in\n";
    for (const auto& [line, list] : found)
        fmt::print(out, "    '{}') words='{}' ;;\n", line, joined(list));
    out << "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
           "}\n"
           "complete -o default -F _cruddur cruddur\n";
}

void print_fish(const words& found, std::ostream& out) {
    out << "function __cruddur_line\n"
           "    set -l line\n"
           "    for word in (commandline -opc)\n"
           "        string match -qr '^(-|prod$)' -- $word; or set -a line (path basename $word)\n"
           "    end\n"
           "    string join ' ' $line\n"
           "end\n";
    for (const auto& [line, list] : found) {
        fmt::print(out, "complete -c cruddur -f -n 'test (__cruddur_line) = \"{}\"' -a '{}'\n", line,
                   joined(list));
    }
}

} // namespace

void add_completion(CLI::App& app, action& chosen) {
    auto* command = app.add_subcommand("completion", "Print a shell's completion of this program");
    auto shell = std::make_shared<std::string>();
    command->add_option("shell", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer("Examples:\n"
                    "  source <(cruddur completion bash)\n"
                    "  cruddur completion fish > ~/.config/fish/completions/cruddur.fish");
    command->callback([&app, &chosen, shell] {
        chosen = [&app, shell] {
            words found;
            collect(app, "cruddur", found);
            if (*shell == "zsh")
                std::cout << "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n";
            *shell == "fish" ? print_fish(found, std::cout) : print_bash(found, std::cout);
            return exit_code::done;
        };
    });
}

} // namespace cruddur::cli::door

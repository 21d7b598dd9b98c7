#include "cli/local/cloud_profile.hpp"

#include "cli/ground/origins.hpp"
#include "cli/ground/output.hpp"
#include "cli/ground/process.hpp"
#include "cloud/door/service.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace cruddur::cli::local {
namespace {

using ground::exit_code;
using std::filesystem::path;

constexpr const char* default_name = "cruddur-local";
constexpr std::string_view mark = "# Written by `cruddur cloud profile --write`; `--remove` takes it out.";
constexpr std::size_t name_characters_max = 64;

struct profile_options {
    std::string endpoint;
    std::string written;
    std::string removed;
    CLI::Option* write = nullptr;
    CLI::Option* remove = nullptr;
};

// Which characters of the text a profile's section has.
struct place {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool is_ours = false;
};

std::optional<place> find_profile(const std::string& config, std::string_view name) {
    std::optional<place> found;
    std::size_t begin = 0;
    while (begin < config.size()) {
        const std::size_t end = std::min(config.find('\n', begin), config.size() - 1) + 1;
        const std::string line = boost::trim_copy(config.substr(begin, end - begin));
        if (line.starts_with('[')) {
            if (found) break;
            std::istringstream words{line.substr(1, line.find(']') - 1)};
            std::string kind;
            std::string named;
            words >> kind >> named;
            if (kind == "profile" && named == name) found = place{begin, config.size(), false};
        } else if (found && line == mark) {
            found->is_ours = true;
        }
        if (found) found->end = end;
        begin = end;
    }
    return found;
}

std::string section_of(const aws_profile& profile) {
    return fmt::format("[profile {}]\n{}\nregion = {}\nendpoint_url = {}\naws_access_key_id = local\n"
                       "aws_secret_access_key = local\nca_bundle = {}\n",
                       profile.name, mark, profile.region, profile.endpoint, profile.bundle.string());
}

void check_ours(const place& found, std::string_view name) {
    if (found.is_ours) return;
    throw std::runtime_error{
        fmt::format("The profile {} is there, and not by `cruddur cloud profile --write`: it stays "
                    "as it is. Name another: --write NAME.",
                    name)};
}

path config_file() {
    const std::string named = ground::environment("AWS_CONFIG_FILE");
    path file = named.empty() ? path{ground::environment("HOME")} / ".aws" / "config" : path{named};
    if (!file.is_absolute())
        throw std::runtime_error{
            "There is no HOME to find .aws/config in: AWS_CONFIG_FILE can name the file."};
    std::error_code ignored;
    const path real = std::filesystem::canonical(file, ignored); // a link to it stays one
    return real.empty() ? file : real;
}

// Keys of the same name there would go before those of the profile.
void check_credentials(std::string_view name) {
    const std::string named = ground::environment("AWS_SHARED_CREDENTIALS_FILE");
    const path file =
        named.empty() ? path{ground::environment("HOME")} / ".aws" / "credentials" : path{named};
    std::istringstream lines{cluster::read_file(file)};
    for (std::string line; std::getline(lines, line);) {
        if (boost::trim_copy(line) == fmt::format("[{}]", name))
            throw std::runtime_error{
                fmt::format("{} has keys of {}, which would be sent instead. Name another: "
                            "--write NAME.",
                            file.string(), name)};
    }
}

// As it was, but for its text: its mode, too. One that is new is its owner's alone.
void write_config(const path& file, const std::string& text) {
    struct stat about {};
    const bool is_there = ::stat(file.c_str(), &about) == 0;
    if (!is_there && errno != ENOENT)
        throw std::runtime_error{fmt::format("{}: {}", file.string(), std::strerror(errno))};
    if (std::filesystem::create_directories(file.parent_path()))
        std::filesystem::permissions(file.parent_path(), std::filesystem::perms::owner_all);
    cluster::write_file(file, text, is_there ? about.st_mode & 07777 : 0600);
}

std::string config_of(const path& file) {
    std::string text = cluster::read_file(file);
    if (!text.empty()) text += '\n';
    return text;
}

aws_profile profile_of(const path& folder, const profile_options& options) {
    if (!std::filesystem::exists(cloud::door::authority_file(folder)))
        throw std::runtime_error{
            fmt::format("Local AWS has not run in {} yet: start it first (bin/up, or cruddur "
                        "cloud), and ask again.",
                        folder.string())};
    std::string endpoint = options.endpoint;
    if (endpoint.empty()) endpoint = cloud::door::last_endpoint(folder);
    return {options.written.empty() ? default_name : options.written, endpoint, "us-east-1",
            cloud::door::authority_file(folder)};
}

// Lines for a shell. An aws of version 1 gives rds in us-east-1 an endpoint of its own, which goes before
// variables and profiles, and one older than 2.13 knows neither: every aws has to be told on its line.
void print_shell(const aws_profile& profile, bool by_name) {
    if (by_name) {
        fmt::print("export AWS_PROFILE={}\nunset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN\n",
                   profile.name);
    } else {
        fmt::print("export AWS_ENDPOINT_URL={}\nexport AWS_DEFAULT_REGION={} AWS_REGION={}\n"
                   "export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n"
                   "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN\n",
                   profile.endpoint, profile.region, profile.region);
        fmt::print("# No other server's certificate is trusted, so that no call can end up in the real AWS.\n"
                   "export AWS_CA_BUNDLE='{}'\n",
                   profile.bundle.string());
    }
    fmt::print(
        "# rds in us-east-1 of an aws of version 1, and any aws before 2.13, hear of the endpoint so alone.\n"
        "aws() {{ command aws --endpoint-url {} \"$@\"; }}\n",
        profile.endpoint);
}

exit_code write_profile(const aws_profile& profile) {
    check_credentials(profile.name);
    const path file = config_file();
    write_config(file, with_profile(config_of(file), profile));
    fmt::print("# The profile {} is in {}. Take it into this shell:\n", profile.name, file.string());
    print_shell(profile, true);
    return exit_code::done;
}

exit_code remove_profile(const std::string& name) {
    const path file = config_file();
    write_config(file, without_profile(config_of(file), name));
    fmt::print("The profile {} is removed from {}.\n", name, file.string());
    return exit_code::done;
}

exit_code print_profile(const aws_profile& profile) {
    fmt::print("# What reaches local AWS, for a shell: eval \"$(cruddur cloud profile)\"\n"
               "# As a profile, which `cruddur cloud profile --write` puts into ~/.aws/config:\n");
    std::istringstream lines{section_of(profile)};
    for (std::string line; std::getline(lines, line);)
        if (line != mark) fmt::print("#   {}\n", line);
    print_shell(profile, false);
    return exit_code::done;
}

std::string check_name(const std::string& name) {
    const bool is_plain =
        !name.empty() && name.size() <= name_characters_max &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
            std::string::npos;
    return is_plain ? "" : "a profile's name has letters, digits, '.', '_' and '-'";
}

std::string check_endpoint(const std::string& url) {
    // It is printed for a shell to read.
    const bool is_plain =
        url.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/[]_-") ==
        std::string::npos;
    return is_plain && !ground::origin_of(url).empty() ? ""
                                                       : "an endpoint is a URL such as http://127.0.0.1:4566";
}

// Root has none on a machine without a user for PostgreSQL, such as a container of local AWS alone.
path usual_folder() {
    try {
        return ground::default_data_folder() / "cloud";
    } catch (const cluster::error&) {
        return {};
    }
}

} // namespace

std::string with_profile(const std::string& config, const aws_profile& profile) {
    std::string out = config;
    const auto found = find_profile(out, profile.name);
    if (!found) {
        if (!out.empty()) out += '\n';
        return out + section_of(profile);
    }
    check_ours(*found, profile.name);
    std::string section = section_of(profile);
    if (found->end < out.size()) section += '\n';
    return out.replace(found->begin, found->end - found->begin, section);
}

std::string without_profile(const std::string& config, std::string_view name) {
    const auto found = find_profile(config, name);
    if (!found) throw std::runtime_error{fmt::format("There is no profile {}.", name)};
    check_ours(*found, name);
    std::string before = config.substr(0, found->begin);
    const std::string after = config.substr(found->end);
    if (after.empty() && before.ends_with("\n\n")) before.pop_back(); // the line that was put before it
    return before + after;
}

std::string own_program() {
    const path script = path{ground::environment("CRUDDUR_CHECKOUT")} / "bin/cruddur";
    std::error_code failed;
    if (script.is_relative() || !std::filesystem::exists(script, failed)) return "cruddur";
    std::istringstream folders{ground::environment("PATH")};
    for (std::string each; std::getline(folders, each, ':');) {
        const path found = path{each} / "cruddur";
        if (!std::filesystem::exists(found, failed)) continue;
        return std::filesystem::equivalent(found, script, failed) ? "cruddur"
                                                                  : ground::shell_quoted(script.string());
    }
    return ground::shell_quoted(script.string());
}

std::string cloud_command(const path& folder, std::string_view program) {
    const path whole = std::filesystem::absolute(folder).lexically_normal();
    if (whole == usual_folder()) return fmt::format("{} cloud", program);
    return fmt::format("{} cloud --data-dir {}", program, ground::shell_quoted(whole.string()));
}

void add_profile(CLI::App& cloud, const std::function<path()>& folder, ground::action& chosen) {
    auto* profile = cloud.add_subcommand(
        "profile", "Print what points the AWS CLI and SDKs at local AWS and at nothing else");
    const auto options = std::make_shared<profile_options>();
    profile->add_option("--endpoint-url", options->endpoint, "Local AWS's")
        ->default_str("the one it last had")
        ->check(CLI::Validator{check_endpoint, "URL"});
    options->write =
        profile->add_option("--write", options->written, "Write it into ~/.aws/config, by that name")
            ->expected(0, 1)
            ->default_str(default_name)
            ->check(CLI::Validator{check_name, "NAME"});
    options->remove = profile->add_option("--remove", options->removed, "Take it out of there")
                          ->expected(0, 1)
                          ->default_str(default_name)
                          ->check(CLI::Validator{check_name, "NAME"})
                          ->excludes(options->write);
    profile->callback([&chosen, folder, options] {
        chosen = [folder, options] {
            if (options->remove->count() > 0)
                return remove_profile(options->removed.empty() ? default_name : options->removed);
            const aws_profile wanted = profile_of(folder(), *options);
            return options->write->count() > 0 ? write_profile(wanted) : print_profile(wanted);
        };
    });
}

} // namespace cruddur::cli::local

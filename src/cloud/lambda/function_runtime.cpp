#include "cloud/lambda/function_runtime.hpp"

#include "cloud/ground/refusal.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"

#include <fmt/format.h>

#include <cloud/lambda/bootstraps.hpp>
#include <unistd.h>

#include <array>
#include <chrono>

namespace cruddur::cloud::lambda {

namespace {

using std::filesystem::path;

constexpr std::array<std::string_view, 12> names{
    "nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x", "provided.al2023", "provided.al2",
    "python3.8",  "python3.9",  "python3.10", "python3.11", "python3.12",      "python3.13"};

// Where functions can see programs.
constexpr std::array program_folders{"/usr/local/bin", "/usr/bin", "/bin"};

struct language_traits {
    std::string_view label;   // of a runtime's version, in a log
    std::string_view prefix;  // of its runtimes
    const char* program;      // of this machine
    std::string_view package; // that has it
};

constexpr language_traits python{"Python", "python", "python3", "python3"};
constexpr language_traits node{"Node.js", "nodejs", "node", "nodejs"};

const language_traits& traits_of(runtime_language language) {
    return language == runtime_language::python ? python : node;
}

std::string program_of(const language_traits& of) {
    for (const char* const folder : program_folders) {
        const path program = path{folder} / of.program;
        if (::access(program.c_str(), X_OK) == 0) return program;
    }
    return {};
}

// "Python 3.11.2" and "v20.20.2", with a line's end.
std::string program_version(const std::string& program) {
    using namespace std::chrono_literals;
    const cluster::outcome said =
        cluster::run({.arguments = {program, "--version"}, .input = {}, .log = {}}, 20s);
    const auto begin = said.output.find_first_of("0123456789");
    if (said.exit_status != 0 || begin == std::string::npos) return {};
    return said.output.substr(begin, said.output.find_first_of(" \r\n", begin) - begin);
}

// "3.8" of python3.8, "18" of nodejs18.x.
std::string_view wanted_version(std::string_view runtime, const language_traits& of) {
    std::string_view out = runtime.substr(of.prefix.size());
    if (out.ends_with(".x")) out.remove_suffix(2);
    return out;
}

} // namespace

std::span<const std::string_view> runtime_names() {
    return names;
}

runtime_language language_of(std::string_view runtime) {
    if (runtime.starts_with(python.prefix)) return runtime_language::python;
    if (runtime.starts_with(node.prefix)) return runtime_language::node;
    return runtime_language::custom;
}

std::string python_program() {
    return program_of(python);
}

function_runtimes::function_runtimes(path folder)
    : folder_{std::move(folder)} {
    using std::filesystem::perms;
    std::filesystem::create_directory(folder_);
    std::filesystem::permissions(folder_, perms::owner_all | perms::group_read | perms::group_exec |
                                              perms::others_read | perms::others_exec);
    for (const auto& [name, text] :
         {std::pair{"bootstrap.py", bootstraps::python}, {"bootstrap.mjs", bootstraps::node}}) {
        cluster::write_file(folder_ / name, text, 0644);
        std::filesystem::permissions(folder_ / name, perms::owner_read | perms::owner_write |
                                                         perms::group_read | perms::others_read);
    }
}

interpreter function_runtimes::find(std::string_view runtime) {
    const runtime_language language = language_of(runtime);
    if (language == runtime_language::custom) return {};
    const language_traits& traits = traits_of(language);
    const std::lock_guard held{mutex_};
    interpreter& known = found_[language];
    // It may have been taken away, or replaced by one of another place.
    const std::string program = program_of(traits);
    if (program.empty() || program != known.program)
        known = {program, program.empty() ? "" : program_version(program)};
    if (known.version.empty()) {
        known = {};
        throw ground::refusal{
            "InvalidRuntimeException",
            fmt::format("Functions of the runtime {} are run by this machine's {}, and none that works is in "
                        "/usr/local/bin, /usr/bin or /bin: install {} (Debian's package {}).",
                        runtime, traits.program, traits.label, traits.package),
            502};
    }
    return known;
}

std::vector<std::string> command_of(runtime_language language, const interpreter& by,
                                    const path& runtime_folder, const path& layers,
                                    std::uint32_t memory_mib) {
    switch (language) {
    case runtime_language::python:
        return {by.program, "-S", "-B", "-X", "utf8", runtime_folder / "bootstrap.py", layers};
    case runtime_language::node:
        // The rest of the memory is for what is not on the heap of objects.
        return {by.program, fmt::format("--max-old-space-size={}", memory_mib * 9 / 10),
                runtime_folder / "bootstrap.mjs", layers};
    case runtime_language::custom:
        break;
    }
    return {};
}

std::string version_line(std::string_view runtime, const interpreter& by) {
    const runtime_language language = language_of(runtime);
    if (language == runtime_language::custom) return {};
    const language_traits& traits = traits_of(language);
    const std::string_view wanted = wanted_version(runtime, traits);
    const bool same =
        by.version == wanted || (by.version.starts_with(wanted) && by.version[wanted.size()] == '.');
    if (same) return {};
    return fmt::format("INIT_START Runtime Version: {} {}\t{} is run by this machine's {}, which is {} {}",
                       traits.prefix, by.version, runtime, by.program, traits.label, by.version);
}

} // namespace cruddur::cloud::lambda

#include "aws/function_zip.hpp"
#include "cli/door/commands.hpp"
#include "cli/local/local_function.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace cruddur::cli::door {

namespace {

struct package_options {
    std::string output = "post-confirmation.zip";
    std::string bundle;
};

exit_code package(const package_options& options) {
    const std::filesystem::path program = local::function_program();
    if (!std::filesystem::is_regular_file(program)) {
        throw std::runtime_error{
            fmt::format("{} is not there: it is built beside this program", program.string())};
    }
    std::vector<aws::packed_file> files{{"bootstrap", program, 0755}};
    if (!options.bundle.empty()) files.push_back({"rds-bundle.pem", options.bundle, 0644});
    const auto entries = aws::write_package(options.output, files);
    for (const auto& entry : entries)
        fmt::print("{:<16} {:>10} bytes, packed {}\n", entry.name, entry.bytes, entry.packed_bytes);
    fmt::print("{}: {} bytes, for the runtime provided.al2023 on x86_64\n", options.output,
               std::filesystem::file_size(options.output));
    if (options.bundle.empty()) {
        fmt::print(
            stderr,
            "Without --bundle the function trusts the roots of the system it runs on, which are not those of "
            "RDS.\n");
    }
    return exit_code::done;
}

} // namespace

void add_lambda(CLI::App& app, action& chosen) {
    CLI::App* command = app.add_subcommand("lambda", "The function that writes sign-ups into the database");
    command->require_subcommand(1);
    auto options = std::make_shared<package_options>();
    CLI::App* packing = command->add_subcommand("package", "Make the zip that Lambda takes");
    packing->add_option("-o,--output", options->output, "Where to write it");
    packing
        ->add_option("--bundle", options->bundle,
                     "The certificates of the database's authority, packed in as rds-bundle.pem")
        ->check(CLI::ExistingFile);
    packing->callback([options, &chosen] { chosen = [options] { return package(*options); }; });
}

} // namespace cruddur::cli::door

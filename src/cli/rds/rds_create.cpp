#include "cli/ground/terminal.hpp"
#include "cli/rds/rds.hpp"

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include <filesystem>
#include <iostream>

namespace cruddur::cli::rds {
namespace {

struct create_options : rds_options {
    aws::new_instance wanted{};
    std::string password_file;
    bool ask_password = false;
    bool production = false;
    bool dry_run = false;
    // Flags that go before what --production or its absence would choose.
    CLI::Option* public_access = nullptr;
    CLI::Option* multi_az = nullptr;
    CLI::Option* protection = nullptr;
    CLI::Option* encryption = nullptr;
    CLI::Option* retention = nullptr;
};

void add_placement(CLI::App& command, create_options& into) {
    auto& where = into.wanted.where;
    command.add_option("--db-instance-class", where.instance_class, "The class");
    command.add_option("--storage-type", where.storage_type, "gp2, gp3 or io1");
    command.add_option("--availability-zone", where.availability_zone,
                       "The zone; the region's a where none is named");
    command.add_option("--db-subnet-group-name", where.subnet_group, "The subnet group, for another VPC");
    command.add_option("--vpc-security-group-ids", where.security_groups, "The security groups");
    command.add_option("--port", where.port, "The port")->check(CLI::Range(1'150, 65'535));
    command.add_flag("--production", into.production,
                     "Protected, private, in two zones; with create, backed up and encrypted, too");
    into.multi_az =
        command.add_flag("--multi-az,!--no-multi-az", where.multi_az, "A standby in a second zone");
    into.public_access = command.add_flag("--publicly-accessible,!--no-publicly-accessible",
                                          where.publicly_accessible, "An address on the internet");
    into.protection = command.add_flag("--deletion-protection,!--no-deletion-protection",
                                       where.deletion_protection, "Refuse to be deleted");
}

void apply_production(create_options& options) {
    if (!options.production) return;
    auto& where = options.wanted.where;
    constexpr std::int64_t production_backup_days = 7;
    if (options.multi_az->count() == 0) where.multi_az = true;
    if (options.public_access->count() == 0) where.publicly_accessible = false;
    if (options.protection->count() == 0) where.deletion_protection = true;
    if (options.encryption != nullptr && options.encryption->count() == 0)
        options.wanted.storage_encrypted = true;
    if (options.retention != nullptr && options.retention->count() == 0)
        options.wanted.backup_retention_days = production_backup_days;
}

std::string password_of(const create_options& options, const std::filesystem::path& kept) {
    std::string password;
    if (!options.password_file.empty())
        password = need(aws::read_password(options.password_file));
    else if (options.ask_password)
        password = ground::read_secret("Master password: ");
    else
        password = aws::password_to_ask_for(kept);
    need(aws::check_password(password));
    return password;
}

exit_code print_call(rds_context& in, const aws::new_instance& wanted) {
    fmt::print(std::cout, "POST {}/\n  Action=CreateDBInstance\n",
               need(in.by.how().endpoint(aws::rds_service)));
    for (const auto& [name, value] : aws::create_input(wanted))
        fmt::print(std::cout, "  {}={}\n", name, value);
    fmt::print(std::cout, "  MasterUserPassword=***\n");
    say("Nothing was sent.");
    return exit_code::done;
}

exit_code create(rds_context& in, create_options options) {
    apply_production(options);
    options.wanted.identifier = options.identifier;
    auto& where = options.wanted.where;
    if (where.availability_zone.empty() && !in.by.how().region.empty())
        where.availability_zone = in.by.how().region + "a";
    if (options.dry_run) return print_call(in, options.wanted);
    const auto caller = need(aws::get_caller_identity(in.by));
    const std::string region = in.by.how().region.empty() ? "us-east-1" : in.by.how().region;
    const auto file = in.kept.password_file(caller.account, region, options.identifier);
    const std::string password = password_of(options, file);
    auto instance = need(aws::set_kept_password(
        file, password, [&] { return aws::create_instance(in.by, options.wanted, password); }));
    say(fmt::format("The password is kept in {} (mode 0600).", file.string()));
    if (!options.no_wait) {
        instance = wait_and_show(in, options, options.identifier, aws::awaited::available);
        say(as_typed(options,
                     "Next: `cruddur rds url` prints its URL, `cruddur rds allow-ip` lets this machine in."));
    }
    print_instance(instance, options.json);
    return exit_code::done;
}

exit_code restore(rds_context& in, create_options options, const std::string& snapshot) {
    apply_production(options);
    const auto source = need(aws::describe_snapshot(in.by, snapshot));
    auto instance = need(aws::restore_snapshot(in.by, snapshot, options.identifier, options.wanted.where));
    await_restored(in, options, instance);
    say(fmt::format("Restored from {}, which was taken of {} at {}.", source.identifier, source.instance,
                    source.created));
    print_instance(instance, options.json);
    return exit_code::done;
}

} // namespace

void add_rds_create(CLI::App& rds, action& chosen) {
    auto options = std::make_shared<create_options>();
    CLI::App* command = add_rds_command(rds, "create", "Create a DB instance", *options, true, true);
    auto& wanted = options->wanted;
    command->add_option("--engine-version", wanted.engine_version,
                        "PostgreSQL's version; AWS's default without it");
    command->add_option("--db-name", wanted.database, "The database that is made with it");
    command->add_option("--master-username", wanted.master_username, "The master user");
    command->add_option("--allocated-storage", wanted.allocated_storage_gib, "GiB");
    options->retention = command
                             ->add_option("--backup-retention-period", wanted.backup_retention_days,
                                          "Days that automated backups are kept; 0 makes none")
                             ->check(CLI::Range(0, 35));
    options->encryption = command->add_flag("--storage-encrypted,!--no-storage-encrypted",
                                            wanted.storage_encrypted, "Encrypt what is stored");
    command->add_flag("--enable-performance-insights,!--no-enable-performance-insights",
                      wanted.performance_insights, "Performance Insights, for seven days");
    CLI::Option* from_file = command
                                 ->add_option("--password-file", options->password_file,
                                              "The master password is the file's first line")
                                 ->check(CLI::ExistingFile);
    command->add_flag("--ask-password", options->ask_password, "Ask for the master password")
        ->excludes(from_file);
    command->add_flag("--dry-run", options->dry_run, "Print the call, and send nothing");
    add_placement(*command, *options);
    command->footer(
        "Without --password-file or --ask-password a password is made up. It is kept in a file of mode\n"
        "0600 below ~/.local/share/cruddur/rds, where `cruddur rds url` finds it.");
    command->callback([&chosen, options] {
        chosen = [options] {
            return run_rds(*options, [&](rds_context& in) { return create(in, *options); });
        };
    });

    auto again = std::make_shared<create_options>();
    auto snapshot = std::make_shared<std::string>();
    command = add_rds_command(rds, "restore", "Make a new DB instance of a snapshot", *again, false, true);
    command->add_option("snapshot", *snapshot, "The snapshot")->required();
    command->add_option("identifier", again->identifier, "The new DB instance's name")->required();
    add_placement(*command, *again);
    command->callback([&chosen, again, snapshot] {
        chosen = [again, snapshot] {
            return run_rds(*again, [&](rds_context& in) { return restore(in, *again, *snapshot); });
        };
    });
}

} // namespace cruddur::cli::rds

#include "cli/rds/rds.hpp"

#include "cli/ground/parse_error.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/ostream.h>

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <limits>
#include <regex>
#include <utility>

namespace cruddur::cli::rds {
namespace {

exit_code answer_code_of(const aws::error& failed) {
    switch (failed.kind) {
    case aws::failure::configuration:
        return exit_code::usage;
    case aws::failure::unreachable:
        return exit_code::unreachable;
    case aws::failure::refused:
    case aws::failure::failed:
        break;
    }
    return exit_code::failed;
}

// The instance of the most alike name, where one is alike.
std::string did_you_mean(aws::client& by, const std::string& identifier) {
    const auto all = aws::describe_instances(by);
    if (!all) return {};
    std::string best;
    std::size_t best_distance = identifier.size() / 3 + 2;
    for (const auto& one : *all) {
        if (const std::size_t steps = ground::distance(identifier, one.identifier); steps < best_distance) {
            best = one.identifier;
            best_distance = steps;
        }
    }
    return best;
}

// Advice that takes another look at the account; "" where there is none.
std::string hint_from_what_there_is(aws::client& by, const std::string& code, const std::string& identifier) {
    if (code == "DBInstanceNotFound") {
        const auto meant = did_you_mean(by, identifier);
        return meant.empty() ? std::string{} : fmt::format("Did you mean '{}'?", meant);
    }
    if (code != "InvalidDBInstanceState") return {};
    const auto found = aws::describe_instance(by, identifier);
    if (!found) return {};
    if (found->status == "available") return fmt::format("{} is available.", identifier);
    return fmt::format("{} is {}: `cruddur rds {} {}`{}.", identifier, found->status,
                       found->status == "stopped" ? "start" : "wait", identifier,
                       found->status == "stopped" ? " starts it" : " waits until it is available");
}

// Of the source and the copy, the one that an error tells of: only a copy can be there already.
std::string subject_of(const rds_options& options, const std::string& code) {
    const bool of_copy = options.source.empty() || code == "DBInstanceAlreadyExists";
    return of_copy ? options.identifier : options.source;
}

aws::settings load(const rds_options& options) {
    return need(aws::load_settings(options.how));
}

// Prints each status once; on a terminal, over the one before, with the time.
class status_line {
public:
    explicit status_line(std::string name)
        : name_{std::move(name)} {}
    status_line(const status_line&) = delete;
    status_line& operator=(const status_line&) = delete;
    ~status_line() {
        if (terminal_ && !last_.empty()) std::cerr << '\n';
    }

    void show(std::string_view status, std::chrono::seconds waited) {
        if (terminal_) {
            fmt::print(std::cerr, "\r\033[K{}  {}  {} s", name_, status, waited.count());
            std::cerr.flush();
        } else if (status != last_) {
            fmt::print(std::cerr, "{}  {}\n", name_, status);
        }
        last_ = status;
    }

private:
    std::string name_;
    std::string last_;
    bool terminal_ = ::isatty(STDERR_FILENO) != 0;
};

aws::wait_params wait_params_of(const rds_options& options, status_line& line) {
    return {std::chrono::seconds{options.timeout_s},
            [&line](std::string_view status, std::chrono::seconds waited) { line.show(status, waited); }};
}

boost::json::object json_of(const aws::db_instance& one) {
    return {{"identifier", one.identifier},
            {"status", one.status},
            {"address", one.address},
            {"port", one.port},
            {"engine", one.engine},
            {"engine_version", one.engine_version},
            {"instance_class", one.instance_class},
            {"allocated_storage_gib", one.allocated_storage_gib},
            {"storage_type", one.storage_type},
            {"availability_zone", one.availability_zone},
            {"multi_az", one.multi_az},
            {"database", one.database},
            {"master_username", one.master_username},
            {"publicly_accessible", one.publicly_accessible},
            {"storage_encrypted", one.storage_encrypted},
            {"deletion_protection", one.deletion_protection},
            {"backup_retention_days", one.backup_retention_days},
            {"security_groups", boost::json::array(one.security_groups.begin(), one.security_groups.end())},
            {"pending", boost::json::array(one.pending.begin(), one.pending.end())},
            {"arn", one.arn}};
}

} // namespace

void need(const aws::result<void>& outcome) {
    if (!outcome) throw aws::error_exception{outcome.error()};
}

rds_context::rds_context(const rds_options& options)
    : by{load(options)}
    , kept{aws::keepsakes::of(by.how().variable)} {}

CLI::App* add_rds_command(CLI::App& rds, const std::string& name, const std::string& help, rds_options& into,
                          bool instance, bool waits) {
    CLI::App* command = rds.add_subcommand(name, help);
    if (instance) command->add_option("identifier", into.identifier, "The DB instance");
    command->add_option("--profile", into.how.profile, "A profile of ~/.aws, in place of AWS_PROFILE");
    command->add_option("--region", into.how.region, "In place of AWS_REGION and AWS_DEFAULT_REGION");
    command->add_option("--endpoint-url", into.how.endpoint_url, "In place of AWS_ENDPOINT_URL");
    command->add_flag("--json", into.json, "Print one JSON value");
    if (waits) {
        command->add_flag("--no-wait", into.no_wait, "Ask for it, and do not wait until it is done");
        command->add_option("--timeout", into.timeout_s, "How long to wait, in seconds")
            ->check(CLI::Range(1, 86'400));
    }
    return command;
}

std::string as_typed(const rds_options& options, std::string_view text) {
    constexpr std::string_view ours = "`cruddur rds ";
    constexpr std::string_view of_aws = "`aws rds ";
    std::string out;
    while (true) {
        const auto at = std::min(text.find(ours), text.find(of_aws));
        const auto end = at == text.npos ? text.npos : text.find('`', at + 1);
        if (end == text.npos) return out += text;
        const bool is_ours = text.substr(at).starts_with(ours);
        const std::size_t begin = at + (is_ours ? ours : of_aws).size();
        const std::string_view command = text.substr(begin, end - begin);
        out += text.substr(0, end);
        const std::string_view name = command.substr(0, command.find(' '));
        // A word that is no option is a name already, but an address is none.
        const bool of_address = name.ends_with("-ip");
        const bool named = command.find("--all") != command.npos ||
                           command.find("--instance") != command.npos ||
                           (!of_address && std::regex_search(std::string{command}, std::regex{" [^- ]"}));
        if (is_ours && !named && options.identifier != default_instance)
            out += (of_address ? " --instance " : " ") + options.identifier;
        for (const auto& [flag, value] :
             {std::pair{" --profile ", &options.how.profile}, std::pair{" --region ", &options.how.region},
              std::pair{" --endpoint-url ", &options.how.endpoint_url}}) {
            if (!value->empty()) out += flag + *value;
        }
        out += '`';
        text.remove_prefix(end + 1);
    }
}

exit_code run_rds(const rds_options& options, const std::function<exit_code(rds_context&)>& work) {
    try {
        rds_context in{options};
        try {
            return work(in);
        } catch (const aws::error_exception& failed) {
            auto why = failed.why();
            if (auto hint = hint_from_what_there_is(in.by, why.code, subject_of(options, why.code));
                !hint.empty())
                why.hint = std::move(hint);
            throw aws::error_exception{why};
        }
    } catch (const aws::error_exception& failed) {
        fmt::print(std::cerr, "cruddur rds: {}\n", failed.what());
        rds_options about = options;
        about.identifier = subject_of(options, failed.why().code);
        if (const auto advice = failed.why().advice(); !advice.empty())
            fmt::print(std::cerr, "{}\n", as_typed(about, advice));
        return answer_code_of(failed.why());
    }
}

aws::db_instance wait_and_show(rds_context& in, const rds_options& options, const std::string& identifier,
                               aws::awaited goal) {
    status_line line{identifier};
    return need(aws::wait_for(in.by, identifier, goal, wait_params_of(options, line)));
}

aws::db_snapshot wait_for_snapshot_and_show(rds_context& in, const rds_options& options,
                                            const std::string& name) {
    status_line line{name};
    return need(aws::wait_for_snapshot(in.by, name, wait_params_of(options, line)));
}

void print_instances(const std::vector<aws::db_instance>& all, bool json) {
    if (json) {
        boost::json::array printed;
        for (const auto& one : all)
            printed.emplace_back(json_of(one));
        std::cout << boost::json::serialize(printed) << '\n';
        return;
    }
    for (const auto& one : all) {
        fmt::print(std::cout, "{}  {}  {}  {}\n", one.identifier, one.status, one.instance_class,
                   one.address.empty() ? "" : fmt::format("{}:{}", one.address, one.port));
    }
    if (all.empty()) say("There is no DB instance in this region.");
}

void print_instance(const aws::db_instance& one, bool json) {
    if (json) {
        std::cout << boost::json::serialize(json_of(one)) << '\n';
        return;
    }
    const auto yes = [](bool set) { return set ? "yes" : "no"; };
    fmt::print(std::cout, "{}  {}\n", one.identifier, one.status);
    if (!one.address.empty()) fmt::print(std::cout, "  endpoint             {}:{}\n", one.address, one.port);
    fmt::print(std::cout, "  engine               {} {}, {}\n", one.engine, one.engine_version,
               one.instance_class);
    fmt::print(std::cout, "  storage              {} GiB {}, encrypted: {}\n", one.allocated_storage_gib,
               one.storage_type, yes(one.storage_encrypted));
    fmt::print(std::cout, "  zone                 {}{}\n", one.availability_zone,
               one.multi_az ? fmt::format(", standby in {}", one.secondary_zone) : "");
    fmt::print(std::cout, "  database             {}, master user {}\n", one.database, one.master_username);
    fmt::print(std::cout, "  public access        {}\n", yes(one.publicly_accessible));
    fmt::print(std::cout, "  deletion protection  {}\n", yes(one.deletion_protection));
    fmt::print(std::cout, "  backups              {}\n",
               one.backup_retention_days == 0 ? "none" : fmt::format("kept {} d", one.backup_retention_days));
    fmt::print(std::cout, "  security groups      {}\n", fmt::join(one.security_groups, " "));
    if (!one.pending.empty())
        fmt::print(std::cout, "  still to be applied  {}\n", fmt::join(one.pending, " "));
}

void say(std::string_view line) {
    fmt::print(std::cerr, "{}\n", line);
}

void rotate_password(rds_context& in, const rds_options& options, const aws::db_instance& instance,
                     std::string password) {
    const auto file = in.kept.password_file(instance.account(), instance.region(), instance.identifier);
    if (password.empty()) password = aws::password_to_ask_for(file);
    need(aws::check_password(password));
    static_cast<void>(need(aws::set_kept_password(
        file, password, [&] { return aws::change_password(in.by, instance.identifier, password); })));
    if (!options.no_wait) wait_and_show(in, options, instance.identifier, aws::awaited::available);
    say(as_typed(options,
                 fmt::format("The password is kept in {} (mode 0600). `cruddur rds url {}` prints the URL.",
                             file.string(), instance.identifier)));
}

void await_restored(rds_context& in, const rds_options& options, aws::db_instance& instance) {
    if (options.no_wait) {
        say(as_typed(options,
                     "Once it is available, `cruddur rds rotate-password` gives it a password that is "
                     "kept here."));
        return;
    }
    instance = wait_and_show(in, options, options.identifier, aws::awaited::available);
    // What its password was at that time is known to nobody here for certain.
    rotate_password(in, options, instance, {});
    instance = need(aws::describe_instance(in.by, options.identifier));
}

void add_rds(CLI::App& app, action& chosen) {
    CLI::App* rds =
        app.add_subcommand("rds", "The managed database: AWS's, or local AWS's through AWS_ENDPOINT_URL");
    rds->require_subcommand(1);
    add_rds_create(*rds, chosen);
    add_rds_life(*rds, chosen);
    add_rds_snapshots(*rds, chosen);
    add_rds_copies(*rds, chosen);
    add_rds_upkeep(*rds, chosen);
    add_rds_measures(*rds, chosen);
    add_rds_secrets(*rds, chosen);
    add_rds_access(*rds, chosen);
    add_rds_audit(*rds, chosen);
    rds->footer(
        "Credentials, region and endpoint are found as the AWS CLI and SDKs find them: AWS_PROFILE,\n"
        "AWS_ACCESS_KEY_ID, AWS_REGION, AWS_ENDPOINT_URL, ~/.aws/config, roles of containers and instances.");
}

} // namespace cruddur::cli::rds

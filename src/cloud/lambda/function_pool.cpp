#include "cloud/lambda/function_pool.hpp"

#include "cloud/ec2/network_records.hpp"
#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/refusal.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_layers.hpp"
#include "cloud/lambda/function_owners.hpp"
#include "cloud/lambda/function_policy.hpp"
#include "cloud/lambda/function_versions.hpp"
#include "cloud/logs/log_store.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

namespace cruddur::cloud::lambda {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::chrono::seconds idle_max = 5min;
constexpr auto reap_every = 30s;
constexpr std::size_t lines_kept_max = 10'000; // of one invocation, before they are written down
// Where the connections of a function without a VPC configuration seem to come from: an address of AWS's own
// in us-east-1, which no rule of a test's names.
constexpr std::string_view outside_address = "3.80.0.10";

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string time_in_text() {
    const std::int64_t now = now_ms();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(now / 1'000)),
                       now % 1'000);
}

// The first line of a log, without its end: what is unlike AWS for this function; "" where nothing is.
std::string first_line(const function_settings& of, const confinement& in) {
    std::string out = version_line(of.runtime, of.by);
    if (in.namespaces) return out;
    return fmt::format("{}\tFolders: this machine gives functions no files of their own, so that /var/task "
                       "is {}, /opt is {}, "
                       "and /tmp is everybody's",
                       out.empty() ? "INIT_START" : out, of.folders.code.string(),
                       of.folders.layers.string());
}

// Where a function stands with this VPC configuration.
ec2::peer_origin origin_with(const std::string& vpc) {
    const boost::json::value parsed = boost::json::parse(vpc);
    const auto& groups = parsed.at("SecurityGroupIds").as_array();
    if (groups.empty()) return {std::string{outside_address}, {}, ""};
    ec2::peer_origin out{
        std::string{parsed.at("Address").as_string()}, {}, std::string{parsed.at("VpcId").as_string()}};
    for (const auto& group : groups)
        out.groups.emplace_back(group.as_string());
    return out;
}

// A UUID that is the same for the same bytes.
std::string uuid_from(std::string_view bytes) {
    const std::string digits = ground::to_hex(bytes);
    const std::string_view all = digits;
    return fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4),
                       all.substr(16, 4), all.substr(20, 12));
}

} // namespace

// Whose processes are whose, for the gates' thread.
struct function_pool::registry {
    std::mutex mutex;
    std::map<pid_t, std::pair<uid_t, ec2::peer_origin>> guardians;
    bool ever = false; // there has been one
};

// One process and what it has written since the last invocation's end.
struct function_pool::worker {
    function_sources sources; // of what follows
    held_code code;
    held_code layers; // unpacked into one folder; none where it has none
    interpreter by;
    std::unique_ptr<function_process> process; // none before it is started
    std::shared_ptr<registry> owners;
    std::string region;
    std::string log_group;
    std::string log_stream;
    std::vector<logs::log_line> lines;
    pid_t guardian = 0;
    std::uint32_t user = 0;
    std::chrono::steady_clock::time_point idle_since = std::chrono::steady_clock::now();
    bool busy = false;
    bool outdated = false;
    std::chrono::milliseconds timeout{0};
    std::uint32_t memory_mib = 128;

    void say(std::string message) {
        if (lines.size() < lines_kept_max) lines.push_back({now_ms(), std::move(message) + "\n"});
    }
    // What cannot be written at once is owed, and nobody waits for it.
    void write_down(ground::state& db, ground::owed_writes& owed) {
        owed.owe("the log of " + log_group, [&db, region = region, group = log_group, stream = log_stream,
                                             all = std::exchange(lines, {})] {
            ground::transaction whole{db};
            logs::ensure_log_stream(db, region, group, stream, now_ms());
            logs::append_log(db, region, group, stream, all, now_ms());
            whole.commit();
        });
    }
    void report(const std::string& request_id, const function_outcome& out) {
        if (out.how == function_outcome::end::timed_out)
            say(fmt::format("{} {} Task timed out after {:.2f} seconds", time_in_text(), request_id,
                            std::chrono::duration<double>(timeout).count()));
        if (!out.log.empty()) say(out.log);
        say(fmt::format("END RequestId: {}", request_id));
        using milliseconds = std::chrono::duration<double, std::milli>;
        const auto billed = std::chrono::ceil<std::chrono::milliseconds>(out.duration + out.init_duration);
        std::string line = fmt::format(
            "REPORT RequestId: {}\tDuration: {:.2f} ms\tBilled Duration: {} ms\tMemory Size: {} MB\t"
            "Max Memory Used: {} MB\t",
            request_id, milliseconds{out.duration}.count(), billed.count(), memory_mib, out.memory_used_mib);
        if (out.init_duration.count() > 0)
            line += fmt::format("Init Duration: {:.2f} ms\t", milliseconds{out.init_duration}.count());
        if (out.how == function_outcome::end::timed_out) line += "Status: timeout";
        if (!out.type.empty()) line += fmt::format("Status: error\tError Type: {}", out.type);
        say(std::move(line));
    }
    worker() = default;
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker() {
        if (!owners) return;
        const std::lock_guard held{owners->mutex};
        owners->guardians.erase(guardian);
    }
};

function_pool::function_pool(asio::io_context& loop, asio::thread_pool& workers, ground::state& db,
                             const std::filesystem::path& data)
    : loop_{loop}
    , workers_{workers}
    , db_{db}
    , log_writes_{loop.get_executor()}
    , data_{std::filesystem::canonical(data)}
    , confinement_{find_confinement(folder_.path())}
    , code_{data_ / "functions", folder_.path(), confinement_, workers}
    , runtimes_{folder_.path() / "runtime"}
    , no_layers_{folder_.path() / "no-layers"}
    , owners_{std::make_shared<registry>()}
    , reaper_{loop} {
    using std::filesystem::perms;
    std::filesystem::create_directory(no_layers_);
    std::filesystem::permissions(no_layers_, perms::owner_all | perms::group_read | perms::group_exec |
                                                 perms::others_read | perms::others_exec);
    drop_unused_code();
    reap_later();
}

// An event may be running still, and never be heard of again: its process ends here.
function_pool::~function_pool() {
    for (auto& [of, all] : processes_) {
        for (auto& one : all)
            one->process.reset();
    }
    log_writes_.close();
}

void function_pool::drop_unused_code() noexcept {
    try {
        std::set<std::string> keys;
        std::set<std::string> zips;
        ground::rows all = db_.query("select distinct code_sha256, layers from function_at");
        while (all.next()) {
            const std::vector<used_layer> layers = parse_layers(all.text(1));
            keys.insert({all.text(0), key_of(layers)});
            zips.insert(all.text(0));
            for (const used_layer& each : layers)
                zips.insert(each.digest);
        }
        ground::rows published = db_.query("select distinct code_sha256 from layer_version");
        while (published.next())
            zips.insert(published.text(0));
        code_.retain(keys, zips);
    } catch (const std::exception& failed) {
        spdlog::warn("code that no function has any more is kept until the next change: {}", failed.what());
    }
}

// What its processes are made of, as it is now.
function_sources function_pool::sources_of(const function_version& of) {
    ground::rows found =
        db_.query("select code_sha256, layers, runtime from function_at where arn = ? and version = ?",
                  of.arn, of.version);
    if (!found.next())
        throw ground::refusal{"ResourceNotFoundException",
                              fmt::format("Function not found: {}:{}", of.arn, of.version)};
    return {found.text(0), key_of(parse_layers(found.text(1))), found.text(2)};
}

// Code may have to be unpacked first, which the loop does not wait for.
asio::awaitable<held_code> function_pool::opened(std::string key) {
    if (held_code known = code_.find(key)) co_return known;
    const auto unpack = [](code_store& from, std::string wanted) -> asio::awaitable<held_code> {
        co_return from.open(wanted);
    };
    co_return co_await asio::co_spawn(workers_, unpack(code_, std::move(key)), asio::use_awaitable);
}

// The function may be changed meanwhile.
asio::awaitable<void> function_pool::start(function_version of, std::shared_ptr<worker> on) {
    for (function_sources wanted = sources_of(of); on->sources != wanted; wanted = sources_of(of)) {
        on->code = co_await opened(wanted.code);
        on->layers.reset();
        if (!wanted.layers.empty()) on->layers = co_await opened(wanted.layers);
        on->by = co_await interpreter_for(wanted.runtime);
        on->sources = wanted;
    }
    on->outdated = false;
    start_process(of, on);
}

asio::awaitable<interpreter> function_pool::interpreter_for(std::string runtime) {
    interpreter none;
    if (language_of(runtime) == runtime_language::custom) co_return none;
    const auto find = [](function_runtimes& in, std::string name) -> asio::awaitable<interpreter> {
        co_return in.find(name);
    };
    co_return co_await asio::co_spawn(workers_, find(runtimes_, std::move(runtime)), asio::use_awaitable);
}

void function_pool::start_process(const function_version& of, const std::shared_ptr<worker>& on) {
    ground::rows found = db_.query("select region, name, handler, timeout_s, memory_mib, environment, vpc, "
                                   "storage_mib, tracing, runtime, role "
                                   "from function_at where arn = ? and version = ?",
                                   of.arn, of.version);
    static_cast<void>(found.next());
    function_settings settings;
    settings.arn = of.arn;
    settings.version = of.version;
    settings.region = found.text(0);
    settings.name = found.text(1);
    settings.handler = found.text(2);
    settings.timeout = std::chrono::seconds{found.integer(3)};
    settings.memory_mib = static_cast<std::uint32_t>(found.integer(4));
    const boost::json::value variables = boost::json::parse(found.text(5));
    for (const auto& [name, value] : variables.as_object())
        settings.environment.emplace_back(name, value.as_string());
    settings.storage_mib = static_cast<std::uint32_t>(found.integer(7));
    settings.is_traced = found.text(8) == "Active";
    settings.runtime = found.text(9);
    settings.by = on->by;
    settings.keys = keys_of(found.text(10), settings.name);
    settings.folders = {on->code->folder, on->layers ? on->layers->folder : no_layers_, runtimes_.folder()};
    settings.groups = {on->code->group};
    if (on->layers) settings.groups.push_back(on->layers->group);
    settings.root = folder_.path() / "root";
    settings.hidden = {data_, folder_.path()};
    settings.user = free_id(confinement_, users());
    settings.log_group = "/aws/lambda/" + settings.name;
    settings.log_stream =
        fmt::format("{:%Y/%m/%d}/[{}]{}",
                    fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())),
                    of.version, ground::random_hex(32));

    on->user = settings.user;
    on->region = settings.region;
    on->log_group = settings.log_group;
    on->log_stream = settings.log_stream;
    on->timeout = settings.timeout;
    on->memory_mib = settings.memory_mib;
    if (std::string line = first_line(settings, confinement_); !line.empty()) on->say(std::move(line));
    on->process = std::make_unique<function_process>(loop_, confinement_, std::move(settings),
                                                     [to = std::weak_ptr{on}](std::string line) {
                                                         if (const auto writer = to.lock())
                                                             writer->say(std::move(line));
                                                     });
    on->guardian = on->process->pid();
    on->owners = owners_;
    const std::lock_guard held{owners_->mutex};
    owners_->ever = true;
    owners_->guardians.emplace(on->guardian, std::pair{on->user, origin_with(found.text(6))});
}

function_keys function_pool::keys_of(const std::string& role, const std::string& function) const {
    auto session = access_ == nullptr ? std::nullopt : access_->function_session(role, function);
    if (!session) return {};
    return {std::move(session->access_key), std::move(session->secret), std::move(session->session_token)};
}

// Those that functions have just now.
std::vector<std::uint32_t> function_pool::users() const {
    std::vector<std::uint32_t> out;
    for (const auto& [of, all] : processes_) {
        for (const auto& one : all)
            out.push_back(one->user);
    }
    return out;
}

void function_pool::reap(std::chrono::seconds idle_for) {
    const auto now = std::chrono::steady_clock::now();
    std::size_t ended = 0;
    for (auto& [of, all] : processes_) {
        ended += std::erase_if(all, [=](const auto& one) {
            return !one->busy &&
                   (one->outdated || !one->process->alive() || now - one->idle_since >= idle_for);
        });
    }
    std::erase_if(processes_, [](const auto& one) { return one.second.empty(); });
    if (ended > 0) drop_unused_code(); // they may have run the last of a package
}

void function_pool::reap_later() {
    reaper_.expires_after(reap_every);
    reaper_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        reap(idle_max);
        reap_later();
    });
}

// How many of its events may run at once.
std::size_t function_pool::concurrency_of(const std::string& arn) {
    ground::rows found = db_.query("select coalesce(concurrency, ?) from function where arn = ?",
                                   static_cast<std::int64_t>(processes_max), arn);
    if (!found.next())
        throw ground::refusal{"ResourceNotFoundException", fmt::format("Function not found: {}", arn)};
    return static_cast<std::size_t>(found.integer(0));
}

// One that has no event; it is busy from now on.
asio::awaitable<std::shared_ptr<function_pool::worker>> function_pool::take(function_version of) {
    reap(idle_max);
    const auto& here = processes_[of];
    std::size_t running = 0; // of all versions
    for (const auto& [each, all] : processes_) {
        if (each.arn == of.arn)
            running += static_cast<std::size_t>(std::ranges::count_if(all, &worker::busy));
    }
    if (running >= concurrency_of(of.arn)) {
        throw ground::refusal{
            "TooManyRequestsException",
            fmt::format("Rate Exceeded: {} events of the function are running, and no more may.", running)};
    }
    const auto idle =
        std::ranges::find_if(here, [](const auto& one) { return !one->busy && !one->outdated; });
    if (idle != here.end()) {
        (*idle)->busy = true;
        co_return *idle;
    }
    if (users().size() >= processes_in_all_max) reap(0s);
    if (users().size() >= processes_in_all_max)
        throw ground::refusal{"TooManyRequestsException", "Rate Exceeded: too many functions are running."};
    const auto made = processes_[of].emplace_back(std::make_shared<worker>());
    made->busy = true;
    std::string why;
    try {
        co_await start(of, made);
        co_return made;
    } catch (const ground::refusal&) {
        give_up(*made);
        throw;
    } catch (const std::exception& failed) {
        why = failed.what();
    }
    give_up(*made);
    spdlog::error("{} cannot be started: {}", of.arn, why);
    throw ground::refusal{"ServiceException", "The function could not be started."};
}

// It could not be started.
void function_pool::give_up(worker& on) {
    on.busy = false;
    on.outdated = true;
    reap(idle_max);
}

// One that had ended unseen takes no event: the next one has it. Each is a process that was idle, so that
// there is an end to them.
asio::awaitable<function_run> function_pool::run(std::string arn, std::string version, function_event event) {
    const function_version of{std::move(arn), std::move(version)};
    const std::string request_id = event.request_id;
    for (;;) {
        const auto on = co_await take(of);
        const std::string start = fmt::format("START RequestId: {} Version: {}", request_id, of.version);
        on->say(start);
        function_run out;
        out.outcome = co_await on->process->invoke(event);
        if (out.outcome.how == function_outcome::end::untaken) {
            std::erase_if(on->lines, [&](const logs::log_line& one) { return one.message == start + "\n"; });
            finish(*on, out.outcome);
            continue;
        }
        on->report(request_id, out.outcome);
        for (const logs::log_line& one : on->lines)
            out.log += one.message;
        finish(*on, out.outcome);
        co_return out;
    }
}

void function_pool::finish(worker& on, const function_outcome& outcome) {
    using end = function_outcome::end;
    on.write_down(db_, log_writes_);
    on.busy = false;
    on.idle_since = std::chrono::steady_clock::now();
    if (outcome.how == end::timed_out || outcome.how == end::untaken) on.outdated = true;
    reap(idle_max);
}

asio::awaitable<invocation> function_pool::invoke(std::string function_arn, std::string payload,
                                                  invocation_source from, std::chrono::milliseconds timeout) {
    if (!may_invoke(db_, function_arn, from)) {
        // A policy goes with its function.
        const auto [function, qualifier] = split_arn(function_arn);
        invocation refused;
        refused.missing = !db_.query("select 1 from function where arn = ?", function).next() ||
                          !version_of(db_, function, qualifier, true);
        refused.denied = !refused.missing;
        co_return refused;
    }
    struct waiting {
        explicit waiting(asio::io_context& loop)
            : done{loop} {}
        asio::steady_timer done;
        std::optional<invocation> result;
    };
    const auto here = std::make_shared<waiting>(loop_);
    here->done.expires_after(timeout);
    // It goes on when its caller has stopped waiting, as a function does.
    asio::co_spawn(
        loop_,
        [this, here, arn = std::move(function_arn), payload = std::move(payload)]() -> asio::awaitable<void> {
            invocation made;
            try {
                // Named: GCC 12 copies a temporary aggregate in a co_await byte by byte (its bug 99576).
                function_event asked{ground::random_uuid(), payload, "", arn};
                const auto [function, qualifier] = split_arn(arn);
                const auto version = version_of(db_, function, qualifier, true);
                if (!version)
                    throw ground::refusal{"ResourceNotFoundException",
                                          fmt::format("Function not found: {}", arn)};
                function_run ran = co_await run(function, *version, std::move(asked));
                made.payload = std::move(ran.outcome.payload);
                using end = function_outcome::end;
                made.timed_out = ran.outcome.how == end::timed_out;
                if (ran.outcome.how != end::answered)
                    made.function_error = ran.outcome.how == end::failed ? "Handled" : "Unhandled";
            } catch (const ground::refusal& refused) {
                made.function_error = "Unhandled";
                made.payload = boost::json::serialize(
                    boost::json::object{{"errorType", refused.code()}, {"errorMessage", refused.message()}});
            } catch (const std::exception& failed) {
                spdlog::error("an event of {} was lost: {}", arn, failed.what());
                made.function_error = "Unhandled";
                made.payload = boost::json::serialize(
                    boost::json::object{{"errorType", "ServiceException"},
                                        {"errorMessage", "The function could not be invoked."}});
            }
            here->result = std::move(made);
            here->done.cancel();
        },
        asio::detached);
    if (!here->result) co_await here->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (here->result) co_return *here->result;
    co_return invocation{.payload = {}, .function_error = "Unhandled", .timed_out = true};
}

void function_pool::forget(const std::string& arn, const std::string& version) {
    if (const auto found = processes_.find({arn, version}); found != processes_.end()) {
        for (const auto& one : found->second)
            one->outdated = true;
    }
    reap(idle_max);
}

void function_pool::forget_all(const std::string& arn) {
    for (const auto& [of, all] : processes_) {
        for (const auto& one : all)
            one->outdated = one->outdated || of.arn == arn;
    }
    reap(idle_max);
}

std::string function_address(const ec2::subnet& in) {
    return in.cidr.substr(0, in.cidr.rfind('.')) + ".100";
}

bool function_pool::uses(ground::state& db, const std::string& id) const {
    ground::rows found =
        db.query("select 1 from function_at, json_each(function_at.vpc, '$.SecurityGroupIds') as member "
                 "where member.value = ?1 union all "
                 "select 1 from function_at, json_each(function_at.vpc, '$.SubnetIds') as member "
                 "where member.value = ?1 limit 1",
                 id);
    return found.next();
}

std::vector<ec2::network_interface> function_pool::interfaces(ground::state& db,
                                                              const std::string& region) const {
    // One a subnet: versions with the same groups share it.
    std::map<std::string, ec2::network_interface> by_place;
    ground::rows all =
        db.query("select arn, name, vpc from function_at where region = ? order by name, number", region);
    while (all.next()) {
        const boost::json::value vpc = boost::json::parse(all.text(2));
        ec2::network_interface made{.of = all.text(0),
                                    .type = "lambda",
                                    .owner = "amazon-aws",
                                    .description = {},
                                    .subnet_id = {},
                                    .groups = {},
                                    .address = {}};
        for (const auto& group : vpc.at("SecurityGroupIds").as_array())
            made.groups.emplace_back(group.as_string());
        std::ranges::sort(made.groups);
        made.of += fmt::format("/{}", fmt::join(made.groups, "/"));
        made.description =
            fmt::format("AWS Lambda VPC ENI-{}-{}", all.text(1), uuid_from(ground::sha256(made.of)));
        for (const auto& id : vpc.at("SubnetIds").as_array()) {
            const auto at = ec2::subnet_by_id(db, region, std::string{id.as_string()});
            if (!at) continue;
            made.subnet_id = at->id;
            made.address = function_address(*at);
            by_place.try_emplace(made.of + "/" + at->id, made);
        }
    }
    std::vector<ec2::network_interface> out;
    out.reserve(by_place.size());
    for (auto& [place, one] : by_place)
        out.push_back(std::move(one));
    return out;
}

ec2::origin_lookup function_pool::origins() const {
    return [owners = owners_, in = confinement_](int connection) -> std::optional<ec2::peer_origin> {
        std::vector<function_family> families;
        {
            const std::lock_guard held{owners->mutex};
            if (!owners->ever) return std::nullopt;
            for (const auto& [guardian, one] : owners->guardians)
                families.push_back({guardian, one.first});
        }
        const peer_socket socket = peer_of(connection);
        const auto guardian = ancestor_of(socket, families);
        if (!guardian && !in.is_functions(socket.user)) return std::nullopt;
        const std::lock_guard held{owners->mutex};
        const auto found = guardian ? owners->guardians.find(*guardian) : owners->guardians.end();
        if (found == owners->guardians.end()) throw peer_unknown{"the function has ended"};
        return found->second.second;
    };
}

} // namespace cruddur::cloud::lambda

#include "cloud/function_pool.hpp"

#include "cloud/crypto.hpp"
#include "cloud/function_owners.hpp"
#include "cloud/function_package.hpp"
#include "cloud/function_policy.hpp"
#include "cloud/identifiers.hpp"
#include "cloud/log_store.hpp"
#include "cloud/refusal.hpp"
#include "cloud/state.hpp"
#include "cluster/files.hpp"

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
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <system_error>

namespace cruddur::cloud {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

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

// Where a function stands with this VPC configuration.
peer_origin origin_with(const std::string& vpc) {
    const boost::json::value parsed = boost::json::parse(vpc);
    const auto& groups = parsed.at("SecurityGroupIds").as_array();
    if (groups.empty()) return {std::string{outside_address}, {}};
    peer_origin out{std::string{parsed.at("Address").as_string()}, {}};
    for (const auto& group : groups)
        out.groups.emplace_back(group.as_string());
    return out;
}

} // namespace

// Which session is whose, for the gates' thread.
struct function_pool::registry {
    std::mutex mutex;
    std::map<pid_t, peer_origin> sessions;

    std::size_t size() {
        const std::lock_guard held{mutex};
        return sessions.size();
    }
};

// One process and what it has written since the last invocation's end.
struct function_pool::worker {
    std::unique_ptr<function_process> process;
    std::shared_ptr<registry> owners;
    std::string region;
    std::string log_group;
    std::string log_stream;
    std::vector<log_line> lines;
    pid_t session = 0;
    steady::time_point idle_since = steady::now();
    bool busy = false;
    bool outdated = false;
    std::chrono::milliseconds timeout{0};
    std::uint32_t memory_mib = 128;

    void say(std::string message) {
        if (lines.size() < lines_kept_max) lines.push_back({now_ms(), std::move(message) + "\n"});
    }
    // What cannot be written is lost, and the invocation's answer is not.
    void write_down(state& db) {
        try {
            transaction whole{db};
            ensure_log_stream(db, region, log_group, log_stream, now_ms());
            append_log(db, region, log_group, log_stream, lines, now_ms());
            whole.commit();
        } catch (const state_error& failed) {
            spdlog::error("the log of {} is lost: {}", log_group, failed.what());
        }
        lines.clear();
    }
    void report(const std::string& request_id, const function_outcome& out) {
        if (out.how == function_outcome::end::timed_out)
            say(fmt::format("{} Task timed out after {:.2f} seconds", request_id,
                            std::chrono::duration<double>(timeout).count()));
        say(fmt::format("END RequestId: {}", request_id));
        const auto billed = out.duration + out.init_duration;
        std::string line =
            fmt::format("REPORT RequestId: {}\tDuration: {} ms\tBilled Duration: {} ms\tMemory Size: {} MB\t"
                        "Max Memory Used: {} MB\t",
                        request_id, out.duration.count(), billed.count(), memory_mib, out.memory_used_mib);
        if (out.init_duration.count() > 0)
            line += fmt::format("Init Duration: {} ms\t", out.init_duration.count());
        say(std::move(line));
    }
    worker() = default;
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker() {
        if (!owners) return;
        const std::lock_guard held{owners->mutex};
        owners->sessions.erase(session);
    }
};

function_pool::function_pool(asio::io_context& loop, state& db, std::filesystem::path folder)
    : loop_{loop}
    , db_{db}
    , folder_{std::move(folder)}
    , owners_{std::make_shared<registry>()}
    , reaper_{loop} {
    std::filesystem::create_directories(folder_);
    drop_unused_code();
    reap_later();
}

function_pool::~function_pool() {
    workers_.clear();
}

std::string function_pool::keep_code(std::string_view zip) {
    std::string digest = to_hex(sha256(zip));
    const std::lock_guard one_at_a_time{unpacking_};
    if (!unpacked(digest).empty()) return digest;
    const std::filesystem::path file = folder_ / (digest + ".zip");
    cluster::write_file(file, zip, 0600);
    try {
        static_cast<void>(unpacked(digest));
    } catch (const package_error& wrong) {
        std::filesystem::remove(file);
        throw refusal{"InvalidParameterValueException",
                      fmt::format("Could not unzip uploaded file: {}", wrong.what())};
    }
    return digest;
}

// Zips that no function has any more.
void function_pool::drop_unused_code() {
    for (const auto& kept : std::filesystem::directory_iterator{folder_}) {
        rows used = db_.query("select 1 from function where code_sha256 = ?", kept.path().stem().string());
        if (!used.next()) std::filesystem::remove(kept.path());
    }
}

// The folder of that code; empty where it was never uploaded. Under the mutex.
std::filesystem::path function_pool::unpacked(const std::string& sha256) {
    std::filesystem::path into = code_.path() / sha256;
    if (std::filesystem::exists(into)) return into;
    const std::filesystem::path zip = folder_ / (sha256 + ".zip");
    if (!std::filesystem::exists(zip)) return {};
    const std::filesystem::path beside = code_.path() / (sha256 + ".new");
    std::filesystem::remove_all(beside);
    std::filesystem::create_directory(beside);
    using std::filesystem::perms;
    std::filesystem::permissions(beside, perms::owner_all | perms::group_read | perms::group_exec |
                                             perms::others_read | perms::others_exec);
    std::ifstream file{zip, std::ios::binary};
    std::ostringstream bytes;
    bytes << file.rdbuf();
    unpack(bytes.view(), beside);
    cluster::replace_file(beside, into);
    return into;
}

std::shared_ptr<function_pool::worker> function_pool::start(const std::string& arn) {
    rows found =
        db_.query("select region, name, handler, timeout_s, memory_mib, environment, code_sha256, vpc "
                  "from function where arn = ?",
                  arn);
    if (!found.next())
        throw refusal{"ResourceNotFoundException", fmt::format("Function not found: {}", arn), 404};
    function_settings settings;
    settings.arn = arn;
    settings.region = found.text(0);
    settings.name = found.text(1);
    settings.handler = found.text(2);
    settings.timeout = std::chrono::seconds{found.integer(3)};
    settings.memory_mib = static_cast<std::uint32_t>(found.integer(4));
    const boost::json::value variables = boost::json::parse(found.text(5));
    for (const auto& [name, value] : variables.as_object())
        settings.environment.emplace_back(name, value.as_string());
    {
        const std::lock_guard one_at_a_time{unpacking_};
        settings.folder = unpacked(found.text(6));
    }
    settings.log_group = "/aws/lambda/" + settings.name;
    settings.log_stream = fmt::format(
        "{:%Y/%m/%d}/[$LATEST]{}",
        fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())), random_hex(32));

    auto made = std::make_shared<worker>();
    made->region = settings.region;
    made->log_group = settings.log_group;
    made->log_stream = settings.log_stream;
    made->timeout = settings.timeout;
    made->memory_mib = settings.memory_mib;
    peer_origin origin = origin_with(found.text(7));
    const std::weak_ptr<worker> to = made;
    made->process = std::make_unique<function_process>(loop_, std::move(settings), [to](std::string line) {
        if (const auto writer = to.lock()) writer->say(std::move(line));
    });
    made->session = made->process->pid();
    made->owners = owners_;
    const std::lock_guard held{owners_->mutex};
    owners_->sessions.emplace(made->session, std::move(origin));
    return made;
}

void function_pool::reap(std::chrono::seconds idle_for) {
    const auto now = steady::now();
    for (auto& [arn, all] : workers_) {
        std::erase_if(all, [=](const auto& one) {
            return !one->busy &&
                   (one->outdated || !one->process->alive() || now - one->idle_since >= idle_for);
        });
    }
    std::erase_if(workers_, [](const auto& one) { return one.second.empty(); });
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
    rows found = db_.query("select coalesce(concurrency, ?) from function where arn = ?",
                           static_cast<std::int64_t>(processes_max), arn);
    if (!found.next())
        throw refusal{"ResourceNotFoundException", fmt::format("Function not found: {}", arn), 404};
    return static_cast<std::size_t>(found.integer(0));
}

std::shared_ptr<function_pool::worker> function_pool::take(const std::string& arn) {
    reap(idle_max);
    const auto& here = workers_[arn];
    const auto running = static_cast<std::size_t>(std::ranges::count_if(here, &worker::busy));
    if (running >= concurrency_of(arn)) {
        throw refusal{
            "TooManyRequestsException",
            fmt::format("Rate Exceeded: {} events of the function are running, and no more may.", running),
            429};
    }
    const auto idle =
        std::ranges::find_if(here, [](const auto& one) { return !one->busy && !one->outdated; });
    if (idle != here.end()) return *idle;
    if (owners_->size() >= processes_in_all_max) reap(0s);
    if (owners_->size() >= processes_in_all_max)
        throw refusal{"TooManyRequestsException", "Rate Exceeded: too many functions are running.", 429};
    try {
        auto made = start(arn);
        return workers_[arn].emplace_back(std::move(made));
    } catch (const std::system_error& failed) {
        spdlog::error("{} cannot be started: {}", arn, failed.what());
        throw refusal{"ServiceException", "The function could not be started.", 500};
    }
}

asio::awaitable<function_run> function_pool::run(std::string arn, std::string request_id, std::string payload,
                                                 std::string client_context) {
    const auto on = take(arn);
    on->busy = true;
    on->say(fmt::format("START RequestId: {} Version: $LATEST", request_id));
    function_run out;
    // Named: GCC 12 copies a temporary aggregate in a co_await byte by byte (its bug 99576).
    function_event event{request_id, std::move(payload), std::move(client_context)};
    out.outcome = co_await on->process->invoke(std::move(event));
    // What the process wrote before its answer may still be in the pipe.
    asio::steady_timer rest{loop_, 2ms};
    co_await rest.async_wait(asio::as_tuple(asio::use_awaitable));
    on->report(request_id, out.outcome);
    for (const log_line& one : on->lines)
        out.log += one.message;
    on->write_down(db_);
    on->busy = false;
    on->idle_since = steady::now();
    if (out.outcome.how == function_outcome::end::timed_out) on->outdated = true;
    reap(idle_max);
    co_return out;
}

asio::awaitable<invocation> function_pool::invoke(std::string function_arn, std::string payload,
                                                  invocation_source from, std::chrono::milliseconds timeout) {
    if (!may_invoke(db_, function_arn, from)) {
        invocation denied;
        denied.denied = true;
        co_return denied;
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
        [this, here, arn = std::move(function_arn), event = std::move(payload)]() -> asio::awaitable<void> {
            invocation made;
            try {
                function_run ran = co_await run(arn, random_uuid(), event, "");
                made.payload = std::move(ran.outcome.payload);
                using end = function_outcome::end;
                made.timed_out = ran.outcome.how == end::timed_out;
                if (ran.outcome.how != end::answered)
                    made.function_error = ran.outcome.how == end::failed ? "Handled" : "Unhandled";
            } catch (const refusal& refused) {
                made.function_error = "Unhandled";
                made.payload = boost::json::serialize(
                    boost::json::object{{"errorType", refused.code()}, {"errorMessage", refused.message()}});
            }
            here->result = std::move(made);
            here->done.cancel();
        },
        asio::detached);
    if (!here->result) co_await here->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (here->result) co_return *here->result;
    co_return invocation{.payload = {}, .function_error = "Unhandled", .timed_out = true, .denied = false};
}

void function_pool::forget(const std::string& arn) {
    if (const auto found = workers_.find(arn); found != workers_.end()) {
        for (const auto& one : found->second)
            one->outdated = true;
    }
    reap(idle_max);
}

std::optional<peer_origin> function_pool::owner_of(const std::string& address, std::uint16_t port) const {
    std::vector<pid_t> sessions;
    {
        const std::lock_guard held{owners_->mutex};
        for (const auto& [session, ignored] : owners_->sessions)
            sessions.push_back(session);
    }
    const auto session = session_of_socket(address, port, sessions);
    if (!session) return std::nullopt;
    const std::lock_guard held{owners_->mutex};
    const auto found = owners_->sessions.find(*session);
    return found == owners_->sessions.end() ? std::nullopt : std::optional{found->second};
}

} // namespace cruddur::cloud

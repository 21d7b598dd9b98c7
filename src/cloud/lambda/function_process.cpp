#include "cloud/lambda/function_process.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/lambda/function_entrypoint.hpp"
#include "cloud/lambda/function_environment.hpp"
#include "cloud/lambda/function_output.hpp"
#include "cloud/lambda/function_owners.hpp"
#include "cloud/lambda/function_spawn.hpp"
#include "http/caller_check.hpp"
#include "http/server.hpp"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

namespace cruddur::cloud::lambda {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t answer_bytes_max = 6UL * 1024 * 1024 + 100;
constexpr auto init_timeout = 10s; // before the function's own time begins
constexpr auto memory_looked_at_every = 100ms;
constexpr int parts_read_at_once_max = 16; // others of the loop have a turn then
// What a process can write of memory beside what its function may have: a runtime has some of its own, which
// its function never touches all of, and JavaScript's takes much more than it uses.
constexpr std::uint32_t runtime_mib = 64;
constexpr std::uint32_t node_mib = 1'024;

[[noreturn]] void fail(const char* what) {
    throw std::system_error{errno, std::generic_category(), what};
}

int pidfd_of(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

std::int64_t milliseconds_of(std::chrono::system_clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

http::response accepted() {
    http::response out;
    out.status = 202;
    out.content_type = "application/json";
    out.body = http::body_bytes::of(std::string{R"({"status":"OK"})"});
    return out;
}

std::uint32_t data_mib_max(const function_settings& of) {
    return of.memory_mib + (language_of(of.runtime) == runtime_language::node ? node_mib : runtime_mib);
}

http::response refused(unsigned status, std::string_view type, std::string_view message) {
    http::response out;
    out.status = status;
    out.content_type = "application/json";
    out.body =
        http::body_bytes::of(fmt::format(R"({{"errorMessage":"{}","errorType":"{}"}})", message, type));
    return out;
}

} // namespace

struct function_process::state : std::enable_shared_from_this<function_process::state> {
    state(asio::io_context& on, const confinement& how, function_settings given,
          std::function<void(std::string)> sink)
        : loop{on}
        , in{how}
        , settings{std::move(given)}
        , written{std::move(sink)}
        , output{on}
        , exit{on}
        , handed{on}
        , changed{on} {}

    asio::io_context& loop;
    const confinement in;
    function_settings settings;
    output_splitter written;
    std::optional<http::server> api;
    asio::posix::stream_descriptor output;
    asio::posix::stream_descriptor exit; // readable once the process has ended
    asio::steady_timer handed;           // cancelled when there is an event to hand out
    asio::steady_timer changed;          // cancelled when an invocation's end, or the process's, is there
    pid_t pid = 0;                       // of its guardian
    int told = -1;                       // by its guardian, about its end
    int stop_signal = SIGKILL;
    bool asked = false;   // for its first event: it has initialised
    bool gave_up = false; // it could not initialise
    std::optional<function_event> event;
    std::string running; // the request id of the event handed out
    std::optional<function_outcome> answer;
    bool out_of_memory = false; // for which it was killed
    std::optional<function_end> its_end;

    ~state() {
        if (told >= 0) ::close(told);
    }
    state(const state&) = delete;
    state& operator=(const state&) = delete;

    void start();
    void start_api();
    void kill() const;
    [[nodiscard]] bool is_own(int connection) const;
    function_outcome explain_end(const std::string& request_id) const;
    void take(function_outcome::end how, std::string payload);
    asio::awaitable<http::response> next();
    asio::awaitable<http::response> post(http::request& from, function_outcome::end how);
    asio::awaitable<void> read_output();
    asio::awaitable<void> wait_for_exit();
    bool read_parts();
    [[nodiscard]] std::vector<std::string> command() const;
    [[nodiscard]] bool exceeds_memory() const;
    asio::awaitable<steady::time_point> wait_for_end(steady::time_point begun);
};

void function_process::state::start_api() {
    auto routes = std::make_shared<http::router>();
    const std::weak_ptr<state> self = weak_from_this();
    const auto held = [self](auto call) {
        return [self, call](http::request& from) -> asio::awaitable<http::response> {
            const auto here = self.lock();
            if (!here) co_return refused(503, "Gone", "The function is gone");
            co_return co_await call(*here, from);
        };
    };
    constexpr std::string_view base = "/2018-06-01/runtime";
    routes->add(http::verb::get, fmt::format("{}/invocation/next", base),
                held([](state& here, http::request&) { return here.next(); }));
    routes->add(http::verb::post, fmt::format("{}/invocation/:id/response", base),
                held([](state& here, http::request& from) {
                    return here.post(from, function_outcome::end::answered);
                }));
    routes->add(http::verb::post, fmt::format("{}/invocation/:id/error", base),
                held([](state& here, http::request& from) {
                    return here.post(from, function_outcome::end::failed);
                }));
    routes->add(http::verb::post, fmt::format("{}/init/error", base),
                held([](state& here, http::request& from) -> asio::awaitable<http::response> {
                    here.gave_up = true;
                    here.take(function_outcome::end::failed, std::string{from.body});
                    co_return accepted();
                }));
    http::server_params params;
    params.port = 0;
    params.admit = http::own_callers_only(params.host);
    params.limit.connections_max = 16;
    params.limit.body_bytes_max = answer_bytes_max;
    // A function that is not called waits for its next event, for as long as it lives.
    params.limit.handler_timeout = 24h;
    params.limit.idle_timeout = 24h;
    params.limit.compress_bytes_min = answer_bytes_max * 2;
    params.admits = [self](int connection) {
        const auto here = self.lock();
        return here && here->is_own(connection);
    };
    api.emplace(loop, std::move(params), std::move(routes));
}

void function_process::state::start() {
    start_api();
    const std::uint16_t port = api->start();
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("pipe");
    output.assign(pipe[0]);
    output.non_blocking(true);
    try {
        const spawned_function made =
            spawn_function(in, {.folders = settings.folders,
                                .command = command(),
                                .root = settings.root,
                                .hidden = settings.hidden,
                                .environment = process_environment(settings, in, port),
                                .data_mib_max = data_mib_max(settings),
                                .storage_mib = settings.storage_mib,
                                .user = settings.user,
                                .groups = settings.groups,
                                .output = pipe[1]});
        pid = made.guardian;
        told = made.told;
        stop_signal = made.stop_signal;
    } catch (...) {
        ::close(pipe[1]);
        throw;
    }
    ::close(pipe[1]);
    const int watched = pidfd_of(pid);
    if (watched < 0) {
        const int failed = errno;
        kill();
        ::waitpid(std::exchange(pid, 0), nullptr, 0);
        throw std::system_error{failed, std::generic_category(), "pidfd_open"};
    }
    exit.assign(watched);
    asio::co_spawn(
        loop, [self = shared_from_this()] { return self->read_output(); }, asio::detached);
    asio::co_spawn(
        loop, [self = shared_from_this()] { return self->wait_for_exit(); }, asio::detached);
}

bool function_process::state::is_own(int connection) const {
    if (pid <= 0) return false;
    const std::array own{function_family{pid, settings.user}};
    try {
        return ancestor_of(peer_of(connection), own).has_value();
    } catch (const peer_unknown& why) {
        spdlog::warn("a connection to the runtime API of {} is refused: {}", settings.name, why.what());
        return false;
    }
}

// Its guardian, and with it all that the function has started.
void function_process::state::kill() const {
    if (pid > 0) ::kill(pid, stop_signal);
}

// What it has written by now; false at the output's end.
bool function_process::state::read_parts() {
    std::array<char, 16'384> part{};
    for (int parts = 0; parts < parts_read_at_once_max; ++parts) {
        boost::system::error_code failed;
        const std::size_t got = output.read_some(asio::buffer(part), failed);
        if (failed == asio::error::would_block) return true;
        if (failed) return false;
        written.add({part.data(), got});
    }
    return true;
}

asio::awaitable<void> function_process::state::read_output() {
    const auto self = shared_from_this();
    for (;;) {
        const auto [failed] = co_await output.async_wait(asio::posix::stream_descriptor::wait_read, no_throw);
        if (failed || !read_parts()) break;
    }
    written.end();
}

asio::awaitable<void> function_process::state::wait_for_exit() {
    const auto self = shared_from_this();
    co_await exit.async_wait(asio::posix::stream_descriptor::wait_read, no_throw);
    ::waitpid(std::exchange(pid, 0), nullptr, 0);
    its_end = read_end(told);
    changed.cancel();
    handed.cancel(); // nobody asks any more
}

function_outcome function_process::state::explain_end(const std::string& request_id) const {
    std::string type = "Runtime.ExitError";
    std::string message = "Runtime exited with error: signal: killed";
    std::string advice;
    using kind = function_end::kind;
    if (out_of_memory) {
        type = "Runtime.OutOfMemory";
    } else if (its_end && its_end->what == kind::not_executed) {
        entrypoint_failure why = explain_entrypoint(settings.folders.code, its_end->value);
        type = "Runtime.InvalidEntrypoint";
        message = std::move(why.message);
        advice = std::move(why.advice);
    } else if (its_end && its_end->what == kind::not_confined) {
        type = "Sandbox.Failure";
        message = fmt::format("the function could not be confined: {}: {}", its_end->step.data(),
                              ::strerrordesc_np(its_end->value));
    } else if (its_end && WIFSIGNALED(its_end->value)) {
        message = fmt::format(
            "Runtime exited with error: signal: {}",
            boost::algorithm::to_lower_copy(std::string{::sigdescr_np(WTERMSIG(its_end->value))}));
    } else if (its_end) {
        const int code = WEXITSTATUS(its_end->value);
        message = code == 0 ? std::string{"Runtime exited without providing a reason"}
                            : fmt::format("Runtime exited with error: exit status {}", code);
    }
    message = fmt::format("RequestId: {} Error: {}", request_id, message);
    function_outcome out;
    out.how = function_outcome::end::exited;
    out.payload = boost::json::serialize(boost::json::object{{"errorType", type}, {"errorMessage", message}});
    out.log = fmt::format("{}\n{}{}{}", message, type, advice.empty() ? "" : "\n", advice);
    out.type = type;
    return out;
}

asio::awaitable<http::response> function_process::state::next() {
    const auto self = shared_from_this();
    asked = true;
    running.clear();
    changed.cancel();
    while (!event) {
        handed.expires_at(steady::time_point::max());
        co_await handed.async_wait(no_throw);
        if (pid == 0) co_return refused(503, "Gone", "The function is gone");
    }
    const function_event one = *std::exchange(event, std::nullopt);
    running = one.request_id;
    http::response out;
    out.content_type = "application/json";
    out.fields = {{"Lambda-Runtime-Aws-Request-Id", one.request_id},
                  {"Lambda-Runtime-Deadline-Ms",
                   std::to_string(milliseconds_of(std::chrono::system_clock::now() + settings.timeout))},
                  {"Lambda-Runtime-Invoked-Function-Arn", one.invoked_arn},
                  {"Lambda-Runtime-Trace-Id",
                   fmt::format("Root=1-{:08x}-{};Parent={};Sampled={}",
                               milliseconds_of(std::chrono::system_clock::now()) / 1'000,
                               ground::random_hex(24), ground::random_hex(16), settings.is_traced ? 1 : 0)}};
    if (!one.client_context.empty())
        out.fields.emplace_back("Lambda-Runtime-Client-Context", one.client_context);
    out.body = http::body_bytes::of(one.payload);
    co_return out;
}

void function_process::state::take(function_outcome::end how, std::string payload) {
    answer.emplace();
    answer->how = how;
    answer->payload = std::move(payload);
    running.clear();
    changed.cancel();
}

asio::awaitable<http::response> function_process::state::post(http::request& from,
                                                              function_outcome::end how) {
    if (from.parameters.empty() || running.empty() || from.parameters.front() != running)
        co_return refused(400, "InvalidRequestID", "Invalid request ID");
    take(how, std::string{from.body});
    co_return accepted();
}

bool function_process::state::exceeds_memory() const {
    return pid > 0 && memory_held_by(pid) > std::uint64_t{settings.memory_mib} * 1024 * 1024;
}

std::vector<std::string> function_process::state::command() const {
    const runtime_language language = language_of(settings.runtime);
    if (language == runtime_language::custom) {
        std::error_code failed;
        const bool in_layer = !std::filesystem::exists(settings.folders.code / "bootstrap", failed) &&
                              std::filesystem::exists(settings.folders.layers / "bootstrap", failed);
        return {(in_layer ? in.layer_root(settings.folders.layers) : in.task_root(settings.folders.code)) /
                "bootstrap"};
    }
    return command_of(language, settings.by, in.runtime_root(settings.folders.runtime),
                      in.layer_root(settings.folders.layers), settings.memory_mib);
}

function_process::function_process(asio::io_context& loop, const confinement& in, function_settings settings,
                                   std::function<void(std::string)> event)
    : state_{std::make_shared<state>(loop, in, std::move(settings), std::move(event))} {
    state_->start();
}

function_process::~function_process() {
    state_->kill();
    state_->handed.cancel();
    state_->api.reset();
}

bool function_process::alive() const {
    return state_->pid != 0 && !state_->gave_up;
}

pid_t function_process::pid() const {
    return state_->pid;
}

// Until there is an answer, the process has ended or its time is up; returns when its own time began, which
// is once it has initialised.
asio::awaitable<steady::time_point> function_process::state::wait_for_end(steady::time_point begun) {
    const auto self = shared_from_this();
    bool counted = asked;
    auto ready = begun;
    auto deadline = begun + (counted ? 0ms : std::chrono::milliseconds{init_timeout}) + settings.timeout;
    while (!answer && pid != 0 && steady::now() < deadline) {
        changed.expires_at(std::min(deadline, steady::now() + memory_looked_at_every));
        const auto [early] = co_await changed.async_wait(no_throw);
        if (!counted && asked) {
            counted = true;
            ready = steady::now();
            deadline = ready + settings.timeout;
        }
        if (!early && !answer && !out_of_memory && exceeds_memory()) {
            out_of_memory = true;
            kill();
        }
    }
    co_return ready;
}

asio::awaitable<function_outcome> function_process::invoke(function_event& event) {
    const auto self = state_;
    const auto begun = steady::now();
    const bool first = !self->asked;
    const std::string request_id = event.request_id;
    self->answer.reset();
    self->event = std::move(event);
    self->handed.cancel();
    const auto ready = co_await self->wait_for_end(begun);
    function_outcome out;
    const auto now = steady::now();
    const std::uint64_t memory = self->pid > 0 ? memory_peak_mib_of(self->pid) : 0;
    self->read_parts();
    if (self->answer) {
        out = std::move(*self->answer);
    } else if (self->pid == 0 && !first && self->event) {
        event = std::move(*self->event);
        out.how = function_outcome::end::untaken;
    } else if (self->pid == 0) {
        out = self->explain_end(request_id);
    } else {
        self->kill();
        out.how = function_outcome::end::timed_out;
        const double seconds = std::chrono::duration<double>(self->settings.timeout).count();
        out.payload = fmt::format(
            R"({{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: {} Error: Task timed out after {:.2f} seconds"}})",
            request_id, seconds);
    }
    self->event.reset();
    out.duration = std::chrono::ceil<std::chrono::microseconds>(now - ready);
    if (first) out.init_duration = std::chrono::ceil<std::chrono::microseconds>(ready - begun);
    out.memory_used_mib = memory;
    co_return out;
}

} // namespace cruddur::cloud::lambda

#include "cli/local/local_stack.hpp"

#include "app/door/service.hpp"
#include "cli/db/db.hpp"
#include "cli/ground/process.hpp"
#include "cli/local/cloud_profile.hpp"
#include "cli/local/local_aws.hpp"
#include "cli/local/local_function.hpp"
#include "cli/local/local_sign_up.hpp"
#include "cli/local/user_pool.hpp"
#include "cloud/door/engine_users.hpp"
#include "cloud/door/service.hpp"
#include "cluster/engine_store.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/port.hpp"
#include "cluster/postmaster.hpp"
#include "cluster/server.hpp"
#include "database/create.hpp"
#include "database/login.hpp"
#include "database/migrate.hpp"
#include "database/schema.hpp"
#include "web/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

namespace cruddur::cli::local {
namespace {

using database::tell;
using kind = database::event::kind;
using std::filesystem::path;

constexpr const char* address = "127.0.0.1";
constexpr const char* database_name = "cruddur";
constexpr int diary_major = 14; // of PostgreSQL, in the learner's diary
constexpr const char* api_login = "cruddur_web";
constexpr const char* api_group = "cruddur_app"; // db/schema.sql makes it
constexpr std::chrono::seconds lock_patience{15};
constexpr std::chrono::milliseconds look_again_after{250};
constexpr const char* signup_login = "cruddur_lambda";
constexpr const char* signup_group = "cruddur_signup"; // and this one

template<class T>
T value_of(database::result<T> outcome) {
    if (!outcome) {
        std::string text = database::describe(outcome.error());
        for (const auto& detail : outcome.error().details)
            text += "\n  " + detail;
        if (!outcome.error().hint.empty()) text += "\n  " + outcome.error().hint;
        throw std::runtime_error{text};
    }
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

path made(const path& folder) {
    cluster::make_passable_folder(folder);
    return std::filesystem::canonical(folder);
}

// The port to ask for: the one wished, or 0 where that is a default one and taken.
std::uint16_t choose(const wished_port& wish, std::string_view listener, const database::report& progress) {
    if (wish.number == 0 || cluster::port_is_free(address, wish.number)) return wish.number;
    const auto holder = cluster::port_holder(wish.number);
    const auto taken = fmt::format("Port {} is taken{}", wish.number, holder ? " by " + *holder : "");
    if (wish.asked_for)
        throw std::runtime_error{
            fmt::format("{}, and {} was to have it. Stop {}, or ask for another port: 0 is any free one.",
                        taken, listener, holder ? "that" : "what listens there")};
    tell(progress, kind::warning, fmt::format("{}: {} takes a free one", taken, listener));
    return 0;
}

// Each part refuses too few in words of its own, and some only once somebody comes.
void hold_enough_descriptors() {
    const std::size_t least = 160 + std::size_t{18} * std::max(1U, std::thread::hardware_concurrency());
    if (const auto limit = ground::descriptor_limit(); limit < least)
        throw std::runtime_error{
            fmt::format("The limit of open files is {}, and PostgreSQL, local AWS and the API need {}. Raise "
                        "it: ulimit -n {}; where that is refused, it is the hard limit (ulimit -Hn) that "
                        "whoever started this shell has to raise.",
                        limit, least, std::max<std::size_t>(least, 1'024))};
}

// By the pair of `cruddur cloud profile`, whose calls are the root's: once policies decide, nobody's are
// refused.
local_aws cloud_at(std::string endpoint) {
    return local_aws{std::move(endpoint), aws::credentials{.key_id = "local", .secret = "local"}};
}

// The password of a login of ours, made the first time.
std::string kept_password(const path& file) {
    auto password = cluster::read_file(file);
    if (password.empty()) {
        password = cluster::random_password();
        cluster::write_file(file, password + "\n", 0600);
    }
    return password;
}

} // namespace

class local_stack::implementation {
public:
    implementation(const local_stack_params& params, const database::report& progress)
        : allowed_origins_{params.allowed_origins}
        , limits_{params.limits}
        , substitutes_{params.substitutes_engines}
        , enforces_iam_{params.enforces_iam}
        , sql_files_{value_of(db::own_sql_files())}
        , folder_{made(params.folder)}
        , lock_{folder_ / "lock"}
        , stopping_{params.stopping} {
        hold_enough_descriptors();
        // Before anything is started, so that a port asked for in vain changes nothing.
        const bool outlived = cluster::find_postmaster(folder_ / "postgres" / "data").has_value();
        const auto api_port = choose(params.api, "the API", progress);
        const auto cloud_port = choose(params.cloud, "local AWS", progress);
        // Beside the database's start, which it does not need.
        auto cloud = std::async(std::launch::async, [&] { start_cloud(cloud_port, progress); });
        start_server(params.database, outlived, progress);
        go_on();
        prepare_database(progress);
        cloud.get();
        go_on();
        prepare_function(progress);
        tell(progress, kind::done, fmt::format("Local AWS answers on port {}", cloud_port_));
        offer_engine(progress);
        tell(progress, kind::done, "Lambda functions: " + cloud_->confinement());
        go_on();
        start_api(api_port, progress);
    }

    [[nodiscard]] local_addresses addresses() const {
        return {fmt::format("http://{}:{}", address, api_port_), server_->url(database_name),
                fmt::format("http://{}:{}", address, cloud_port_)};
    }

    bool revive() {
        if (server_->running()) return false;
        server_->restart();
        return true;
    }

    void stop() {
        if (api_) api_->stop();
        if (cloud_) cloud_->stop();
        if (server_) server_->stop();
    }

private:
    void go_on() const {
        if (stopping_.stop_requested()) throw cluster::interrupted{"The start"};
    }

    void start_server(const wished_port& wish, bool outlived, const database::report& progress) {
        tell(progress, kind::begun, "Starting PostgreSQL");
        cluster::server_params params;
        params.folder = folder_ / "postgres";
        params.cache = folder_ / "cache"; // nothing is written outside of the folder
        params.stopping = stopping_;
        params.progress = [progress](const std::string& text) { tell(progress, kind::begun, text); };
        // The one that outlived its process holds its own port, and keeps it unless another is asked for.
        if (!outlived)
            params.port = choose(wish, "PostgreSQL", progress);
        else if (wish.asked_for)
            params.port = wish.number;
        server_.emplace(cluster::server::start(std::move(params)));
        tell(progress, kind::done,
             fmt::format("{} on port {}", outlived ? "PostgreSQL was running still" : "PostgreSQL runs",
                         server_->port()));
    }

    void prepare_database(const database::report& progress) {
        const auto where =
            value_of(database::target_for(database::environment::development, server_->url(database_name)));
        const path seeded = folder_ / "seeded";
        bool seed = !std::filesystem::exists(seeded);
        if (!value_of(database::exists(where))) {
            value_of(database::create(where, progress));
            seed = true;
        }
        // A checkout's schema may be somebody's own: what it makes is seeded as it is, and then taken over.
        bool seed_first = false;
        if (!value_of(database::has_schema(where))) {
            value_of(database::load_schema(where, sql_files_, progress));
            seed_first = value_of(database::has_schema(where));
            seed = true;
        }
        const auto migrations = value_of(sql_files_.migrations());
        if (!seed_first) value_of(database::migrate(where, migrations, {}, progress));
        if (seed) {
            value_of(database::seed(where, value_of(sql_files_.seed()), {}, progress));
            cluster::write_file(seeded, "", 0600);
        }
        if (seed_first) value_of(database::migrate(where, migrations, {}, progress));
        api_password_ = kept_password(folder_ / "api_password");
        value_of(database::ensure_login(where, api_login, api_password_, api_group));
    }

    void start_cloud(std::uint16_t port, const database::report& progress) {
        cloud::door::service_params params;
        params.port = port;
        params.folder = folder_ / "cloud";
        params.allow_version_substitute = substitutes_;
        params.enforce_iam = enforces_iam_;
        params.command = cloud_command(params.folder);
        params.opening = {
            .patience = lock_patience,
            .stopping = stopping_,
            .progress = [progress](const std::string& text) { tell(progress, kind::warning, text); }};
        cloud_.emplace(std::move(params));
        cloud_port_ = cloud_->start();
        patiently(progress, [&] {
            sign_in_ = ensure_local_sign_up(cloud_at(fmt::format("http://{}:{}", address, cloud_port_)));
        });
    }

    // The version that the diary's command asks for, once: the line would only be in the way afterwards.
    void offer_engine(const database::report& progress) const {
        const path offered = folder_ / "engine_offered";
        const auto there = cluster::list_engines(cloud::door::engine_store(folder_ / "cloud"));
        const bool has_it = std::ranges::any_of(
            there, [](const cluster::engine& one) { return one.of.major == diary_major; });
        if (has_it || there.empty() || std::filesystem::exists(offered)) return;
        tell(progress, kind::done,
             fmt::format("RDS has PostgreSQL {} here; `{} engines add {}` brings {}, {}",
                         there.front().of.number(), cloud_command(folder_ / "cloud", own_program()),
                         diary_major, diary_major,
                         substitutes_ ? "and until then the newest stands in for it"
                                      : "which is refused until then"));
        cluster::write_file(offered, "", 0600);
    }

    // A step of local AWS's that may be taken again: what it remembers may be locked by another program.
    void patiently(const database::report& progress, const std::function<void()>& step) const {
        const auto deadline = std::chrono::steady_clock::now() + lock_patience;
        for (bool told = false;; told = true) {
            try {
                return step();
            } catch (const local_aws_busy& busy) {
                const path state = folder_ / "cloud" / "state.db";
                auto holder = cluster::lock_holder(state);
                if (!holder) holder = cluster::lock_holder(state.string() + "-shm");
                const auto why =
                    fmt::format("{}{}", busy.what(), holder ? ": " + *holder + " has locked it" : "");
                if (std::chrono::steady_clock::now() >= deadline) throw std::runtime_error{why};
                if (!told) tell(progress, kind::warning, why + ". It is tried again");
            }
            go_on();
            std::this_thread::sleep_for(look_again_after);
        }
    }

    // What writes down who signs up.
    void prepare_function(const database::report& progress) {
        const auto program = function_program();
        if (!std::filesystem::exists(program)) {
            tell(progress, kind::warning,
                 fmt::format("{} is not there: people can sign up, but not post", program.string()));
            return;
        }
        const auto where =
            value_of(database::target_for(database::environment::development, server_->url(database_name)));
        const auto password = kept_password(folder_ / "signup_password");
        value_of(database::ensure_login(where, signup_login, password, signup_group));
        const local_function wanted{
            .program = program,
            .zip = folder_ / "post-confirmation.zip",
            .connection_url = where.url.with("user", signup_login).with("password", password).to_string()};
        patiently(progress, [&] { ensure_local_function(cloud_at(sign_in_.endpoint), sign_in_, wanted); });
    }

    void start_api(std::uint16_t port, const database::report& progress) {
        app::door::service_params params;
        params.host = address;
        params.port = port;
        params.page = web::page();
        params.allowed_origins = allowed_origins_;
        limits_.apply(params);
        params.descriptors_kept = ground::descriptor_limit() / 4; // for local AWS
        params.database =
            value_of(database::target_for(database::environment::development, server_->url(database_name)))
                .url.with("user", api_login)
                .with("password", api_password_);
        if (const auto unfit = use_user_pool(sign_in_, params); !unfit.empty())
            throw std::runtime_error{unfit};
        api_.emplace(std::move(params));
        api_port_ = api_->start();
        tell(progress, kind::done, fmt::format("The API and the page are served on port {}", api_port_));
    }

    // Destroyed from the last: what stands on the server ends before it.
    const std::vector<std::string> allowed_origins_;
    const request_limits limits_;
    const bool substitutes_;
    const bool enforces_iam_;
    const database::sql_files sql_files_;
    const path folder_;
    const cluster::file_lock lock_;
    const std::stop_token stopping_;
    std::optional<cluster::server> server_;
    std::optional<cloud::door::service> cloud_;
    std::optional<app::door::service> api_;
    std::string api_password_;
    user_pool_choice sign_in_;
    std::uint16_t cloud_port_ = 0;
    std::uint16_t api_port_ = 0;
};

local_stack::local_stack(const local_stack_params& params, const database::report& progress)
    : implementation_{std::make_unique<implementation>(params, progress)} {}
local_stack::~local_stack() = default;
local_addresses local_stack::addresses() const {
    return implementation_->addresses();
}
bool local_stack::revive() {
    return implementation_->revive();
}
void local_stack::stop() {
    implementation_->stop();
}

} // namespace cruddur::cli::local

#include "cloud/door/service.hpp"

#include "cloud/cognito/mailbox.hpp"
#include "cloud/door/console.hpp"
#include "cloud/door/endpoint.hpp"
#include "cloud/door/engine_users.hpp"
#include "cloud/door/known_resources.hpp"
#include "cloud/door/missing_operations.hpp"
#include "cloud/door/services.hpp"
#include "cloud/events/event_bus.hpp"
#include "cloud/fleet/instances.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/insights/load_sampler.hpp"
#include "cloud/lambda/function_pool.hpp"
#include "cloud/rds/log_exports.hpp"
#include "cloud/rds/managed_passwords.hpp"
#include "cloud/sign_in/token_sign_in.hpp"
#include "cloud/trail/log_delivery.hpp"
#include "cloud/trail/recorder.hpp"
#include "cloud/watch/alarm_watch.hpp"
#include "cloud/watch/instance_metrics.hpp"
#include "cloud/wire/caller_rules.hpp"
#include "cloud/wire/loopback_origin.hpp"
#include "cloud/wire/web.hpp"
#include "cluster/files.hpp"
#include "http/run_loop.hpp"
#include "http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>

namespace cruddur::cloud::door {

namespace {

constexpr std::size_t body_bytes_max = 1024UL * 1024;
// But for a batch of 1 MiB of log events, of which JSON may make six bytes of each: \u001b.
constexpr std::size_t json_bytes_max = 8 * 1024UL * 1024;

// Functions may run for a quarter of an hour, and every operation has a limit of its own.
constexpr std::chrono::minutes handler_timeout{16};
constexpr std::size_t workers = 2;
constexpr const char* endpoint_name = "endpoint";
constexpr std::size_t missing_lines_max = 50; // what an operator may want to read at its end

// "/2015-03-31/functions/{FunctionName}" as the router has it.
std::string pattern_of(std::string_view uri) {
    std::string out;
    for (const char c : uri.substr(0, uri.find('?'))) {
        if (c == '{')
            out += ':';
        else if (c != '}')
            out += c;
    }
    return out;
}

} // namespace

class service::implementation {
public:
    explicit implementation(service_params params)
        : params_{std::move(params)} {}

    std::uint16_t start() {
        try {
            std::optional<key_ring> keys = admitted_keys();
            make_services(keys);
            make_environment();
            endpoint_.emplace(*environment_, all_services(), std::move(keys));
            const auto table = routes();
            server_.emplace(loop_, server_params(table), table);
            const std::uint16_t port = server_->start();
            const bool ipv6 = params_.host.find(':') != std::string::npos;
            environment_->url =
                fmt::format("http://{}:{}", ipv6 ? "[" + params_.host + "]" : params_.host, port);
            environment_->add(*vault_);
            start_services();
            environment_->add<secrets::secret_owner>(*passwords_);
            cluster::write_file(params_.folder / endpoint_name, environment_->url + "\n", 0644);
            cluster::write_file(authority_file(params_.folder), rds_->bundle(), 0644);
            thread_ = std::thread{[this] { http::run_loop(loop_, "local AWS"); }};
            return port;
        } catch (const boost::system::system_error& failed) {
            throw start_error{fmt::format("cannot listen on {} port {}: {}", params_.host, params_.port,
                                          failed.code().message())};
        } catch (const start_error&) {
            throw;
        } catch (const std::runtime_error& failed) {
            throw start_error{failed.what()};
        }
    }

    [[nodiscard]] std::vector<std::string> missing() const { return missing_.lines(missing_lines_max); }
    [[nodiscard]] std::string confinement() const { return functions_->confinement_description(); }

    void stop() {
        if (!thread_.joinable()) return;
        boost::asio::post(loop_, [this] {
            boost::asio::co_spawn(loop_, server_->stop(), [this](std::exception_ptr) {
                log_exports_->stop();
                passwords_->stop();
                trail_logs_->stop();
                bus_->stop();
                alarms_->stop();
                sampler_->stop();
                instance_metrics_->stop();
                sign_in_->stop();
                rds_->stop([this] { loop_.stop(); });
            });
        });
        thread_.join();
        workers_.join();
        recorder_->stop();
        functions_.reset();
    }

private:
    // Those of --require-signatures; none where whoever reaches it may do anything. Throws start_error where
    // that may be anybody.
    [[nodiscard]] std::optional<key_ring> admitted_keys() const {
        std::optional<key_ring> keys;
        if (!params_.keys_file.empty()) keys = key_ring::from_file(params_.keys_file);
        if (!keys && !boost::asio::ip::make_address(params_.host).is_loopback()) {
            throw start_error{
                fmt::format("{} is no loopback address: whoever reaches it could do anything. Name "
                            "the admitted keys with --require-signatures FILE",
                            params_.host)};
        }
        if (ground::find_region(params_.region) == nullptr) {
            throw start_error{fmt::format("there is no region '{}'", params_.region)};
        }
        return keys;
    }

    // Each stands on those before it.
    void make_services(const std::optional<key_ring>& keys) {
        state_.emplace(params_.folder, all_migrations(), params_.opening);
        vault_.emplace(params_.folder);
        access_.emplace(*state_, *vault_, resources_, params_.enforce_iam);
        functions_.emplace(loop_, workers_, *state_, params_.folder);
        sign_in_.emplace(loop_.get_executor(), *state_, params_.folder / "instances", keys, *access_);
        functions_->take_roles_from(*access_);
        rds_.emplace(
            loop_, *state_,
            fleet::instances_params{.folder = params_.folder / "instances",
                                    .engines = {.store = engine_store(params_.folder),
                                                .command = params_.command,
                                                .allow_substitute = params_.allow_version_substitute},
                                    .clock_ahead = params_.clock_ahead,
                                    .bundle_file = authority_file(params_.folder),
                                    .sign_in_port = sign_in_->port(),
                                    .origin_of = functions_->origins()});
        console_.emplace(!keys, params_.region);
        recorder_.emplace(loop_.get_executor(), *state_, *access_, params_.folder);
        trail_logs_.emplace(loop_.get_executor(), *state_, *recorder_, *access_);
        bus_.emplace(loop_.get_executor(), *state_, *functions_);
        recorder_->listen([this](std::vector<trail::told_event>& calls) { bus_->hear(calls); });
        metrics_.emplace(params_.folder / "metrics");
        alarms_.emplace(loop_.get_executor(), *state_, *metrics_, *functions_);
        sessions_.emplace(loop_.get_executor());
        instance_metrics_.emplace(loop_.get_executor(), workers_, *state_, *rds_, *sessions_, *metrics_);
        load_.emplace(params_.folder / "load");
        sampler_.emplace(loop_.get_executor(), *state_, *rds_, *sessions_, *load_);
    }

    void start_services() {
        rds_->start();
        log_exports_.emplace(loop_.get_executor(), *state_, *rds_);
        log_exports_->start();
        passwords_.emplace(loop_.get_executor(), *state_, *vault_, *rds_);
        passwords_->start();
        recorder_->start();
        trail_logs_->start();
        bus_->start();
        alarms_->start();
        instance_metrics_->start();
        sampler_->start();
    }

    void make_environment() {
        environment_.emplace(*state_, loop_.get_executor(), workers_, params_.region);
        environment_->add<lambda::invoker>(*functions_);
        environment_->add(*functions_);
        environment_->add(*rds_);
        environment_->add(group_users_);
        environment_->add(*access_);
        environment_->add(mail_);
        environment_->add(*metrics_);
        environment_->add(*alarms_);
        environment_->add(*load_);
        environment_->add(missing_);
        environment_->add(*console_);
        environment_->add(*recorder_);
        environment_->add(*bus_);
        environment_->add<wire::call_recorder>(*recorder_);
        group_users_.all = {&*functions_, &*rds_};
    }

    [[nodiscard]] http::server_params server_params(const std::shared_ptr<const http::router>& table) {
        http::server_params out;
        out.host = params_.host;
        out.port = params_.port;
        out.both_loopbacks = true;
        out.limit.body_bytes_max = body_bytes_max;
        out.limit.handler_timeout = handler_timeout;
        out.admit = [rules = wire::caller_rules{params_.host, all_services(), table}](
                        const http::request& from) -> std::optional<http::response> {
            const auto why = rules.judge(from);
            if (!why) return std::nullopt;
            return endpoint::to_response(wire::error_answer(
                wire::what_was_asked(wire::to_sign(from), all_services()), *why, ground::random_uuid()));
        };
        out.refuse = [this](const http::request& from, unsigned status) {
            return endpoint::to_response(endpoint_->refuse(from, status, std::chrono::system_clock::now()));
        };
        return out;
    }

    std::shared_ptr<const http::router> routes() {
        auto out = std::make_shared<http::router>();
        const http::handler handle = [this](http::request& from) -> boost::asio::awaitable<http::response> {
            endpoint_answer answer = co_await endpoint_->answer(from, std::chrono::system_clock::now());
            const bool is_public = answer.is_public;
            http::response made = endpoint::to_response(std::move(answer));
            if (is_public) wire::allow_loopback_origin(from, made);
            co_return made;
        };
        out->add(http::verb::get, "/", handle);
        out->add(http::verb::post, "/", handle, {}, json_bytes_max);
        out->add(http::verb::options, "/", wire::answer_preflight);
        for (const wire::service_tables& each : all_services()) {
            if (each.operations != nullptr && each.operations->model.speaks == wire::protocol::rest_json)
                add(*out, *each.operations, handle);
            for (const web_route& route : each.routes)
                add(*out, route);
        }
        return out;
    }

    // Of a slash at the end AWS's clients have been of two minds. Where two operations have one path, the
    // query tells which of them is meant.
    static void add(http::router& to, const wire::service& of, const http::handler& handle) {
        std::set<std::pair<http::verb, std::string>> added;
        for (const wire::operation& row : of.operations) {
            const wire::model_operation& model = *of.model.find(row.name);
            const http::verb method = boost::beast::http::string_to_verb(model.method);
            const std::string pattern = pattern_of(model.uri);
            if (!added.emplace(method, pattern).second) continue;
            to.add(method, pattern, handle, {}, row.body_bytes_max);
            to.add(method, pattern + "/", handle, {}, row.body_bytes_max);
        }
    }

    void add(http::router& to, const web_route& route) {
        const bool is_public = route.open_to == web_route::access::everyone;
        to.add(route.method, std::string{route.pattern},
               [this, &route, is_public](http::request& from) -> boost::asio::awaitable<http::response> {
                   http::response made =
                       co_await endpoint_->answer(route, from, std::chrono::system_clock::now());
                   if (is_public) wire::allow_loopback_origin(from, made);
                   co_return made;
               });
    }

    service_params params_;
    boost::asio::io_context loop_{1};
    boost::asio::thread_pool workers_{workers};
    std::optional<ground::state> state_;
    std::optional<ground::vault> vault_;
    known_resources resources_;
    std::optional<iam::access_control> access_;
    cognito::mailbox mail_;
    missing_operations missing_;
    std::optional<console> console_;
    ec2::network_users group_users_;
    std::optional<trail::recorder> recorder_;
    std::optional<trail::log_delivery> trail_logs_;
    std::optional<events::event_bus> bus_;
    std::optional<lambda::function_pool> functions_;
    std::optional<sign_in::token_sign_in> sign_in_;
    std::optional<fleet::instances> rds_;
    std::optional<rds::log_exports> log_exports_;
    std::optional<rds::managed_passwords> passwords_;
    std::optional<watch::metric_store> metrics_;
    std::optional<watch::alarm_watch> alarms_;
    std::optional<watch::instance_sessions> sessions_;
    std::optional<watch::instance_metrics> instance_metrics_;
    std::optional<insights::load_store> load_;
    std::optional<insights::load_sampler> sampler_;
    std::optional<wire::environment> environment_;
    std::optional<endpoint> endpoint_;
    std::optional<http::server> server_;
    std::thread thread_;
};

std::string last_endpoint(const std::filesystem::path& folder) {
    const service_params params;
    std::string kept = cluster::read_file(folder / endpoint_name);
    return kept.empty() ? fmt::format("http://{}:{}", params.host, params.port) : kept;
}

std::filesystem::path authority_file(const std::filesystem::path& folder) {
    return folder / "authority.pem";
}

service::service(service_params params)
    : implementation_{std::make_unique<implementation>(std::move(params))} {}

service::~service() {
    stop();
}

std::uint16_t service::start() {
    return implementation_->start();
}

std::string service::confinement() const {
    return implementation_->confinement();
}

std::vector<std::string> service::missing() const {
    return implementation_->missing();
}

void service::stop() {
    implementation_->stop();
}

} // namespace cruddur::cloud::door

#include "app/door/service.hpp"

#include "app/door/loop.hpp"
#include "app/identity/client_address.hpp"

#include <spdlog/spdlog.h>

#include <stdexcept>
#include <vector>

namespace cruddur::app::door {

std::string trusted_proxies_error(const std::string& list) {
    try {
        const identity::client_address checked{list};
        return {};
    } catch (const std::invalid_argument& wrong) {
        return wrong.what();
    }
}

class service::implementation {
public:
    explicit implementation(service_params params)
        : params_{std::move(params)} {}

    std::uint16_t start() {
        shared_ = std::make_unique<shared_state>(params_);
        std::uint16_t port = params_.port;
        for (unsigned at = 0; at < shared_->threads; ++at) {
            auto one = std::make_unique<loop>(*shared_, at == 0 ? loop::role::first : loop::role::other);
            port = one->start(port);
            loops_.push_back(std::move(one));
        }
        return port;
    }

    std::uint16_t metrics_port() const { return shared_ ? shared_->metrics_port.load() : std::uint16_t{0}; }

    void stop() {
        for (const auto& one : loops_)
            one->begin_to_stop();
        for (const auto& one : loops_)
            one->wait();
        loops_.clear();
        shared_.reset();
    }

private:
    const service_params params_;
    std::unique_ptr<shared_state> shared_;
    std::vector<std::unique_ptr<loop>> loops_;
};

service::service(service_params params)
    : implementation_{std::make_unique<implementation>(std::move(params))} {}

service::~service() {
    stop();
}

std::uint16_t service::start() {
    try {
        return implementation_->start();
    } catch (...) {
        implementation_->stop();
        throw;
    }
}

std::uint16_t service::metrics_port() const {
    return implementation_->metrics_port();
}

void service::stop() {
    implementation_->stop();
}

} // namespace cruddur::app::door

#include "http/run_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <spdlog/spdlog.h>

#include <exception>

namespace cruddur::http {

void run_loop(boost::asio::io_context& loop, std::string_view name) {
    while (true) {
        try {
            loop.run();
            return;
        } catch (const std::exception& thrown) {
            spdlog::error("{}: what was being done failed, and all else goes on: {}", name, thrown.what());
        }
    }
}

} // namespace cruddur::http

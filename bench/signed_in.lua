-- GETs with the token of the environment.
wrk.headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")

using BenchmarkDotNet.Running;
using ConversationGuard.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(ClassificationBenchmarks).Assembly).Run(args);

using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using ArchUnitNET.NUnit;
using ConversationGuard.Classification;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace ConversationGuard.Tests;

/// <summary>Dependencies run one way: core, then ChatCompletion, then Hosting; and among the core Classification, Conversations, DeEscalation, Termination.</summary>
public class ArchitectureTests
{
    private const string Core = @"^ConversationGuard\.(Classification|Conversations|DeEscalation|Termination)(\..*)?$";

    private static readonly Architecture _architecture = new ArchLoader().LoadAssemblies(typeof(HarmCategory).Assembly).Build();

    [TestCase(Core, @"^ConversationGuard\.(ChatCompletion|Hosting)")]
    [TestCase(Core, @"^Microsoft\.Extensions\.(DependencyInjection|Options|Logging|Configuration|Hosting)")]
    [TestCase(@"^ConversationGuard\.ChatCompletion", @"^ConversationGuard\.Hosting")]
    [TestCase(@"^ConversationGuard\.Classification", @"^ConversationGuard\.(Conversations|DeEscalation|Termination)")]
    [TestCase(@"^ConversationGuard\.Conversations", @"^ConversationGuard\.(DeEscalation|Termination)")]
    [TestCase(@"^ConversationGuard\.DeEscalation", @"^ConversationGuard\.Termination")]
    public void Dependencies_run_one_way(string from, string to) => NoDependency(from, to).Check(_architecture);

    [TestCase(@"^ConversationGuard\.Hosting", @"^ConversationGuard\.ChatCompletion")]
    [TestCase(@"^ConversationGuard\.Hosting", @"^Microsoft\.Extensions\.(DependencyInjection|Logging|Configuration)")]
    [TestCase(@"^ConversationGuard\.Hosting", @"^Microsoft\.Extensions\.Options")]
    [TestCase(@"^ConversationGuard\.ChatCompletion", Core)]
    [TestCase(@"^ConversationGuard\.Termination", @"^ConversationGuard\.DeEscalation")]
    [TestCase(@"^ConversationGuard\.DeEscalation", @"^ConversationGuard\.Conversations")]
    [TestCase(@"^ConversationGuard\.Conversations", @"^ConversationGuard\.Classification")]
    public void The_rule_sees_the_dependencies_that_there_are(string from, string to) => NoDependency(from, to).HasNoViolations(_architecture).Should().BeFalse();

    private static IArchRule NoDependency(string from, string to) =>
        Types().That().ResideInNamespaceMatching(from).Should().NotDependOnAny(Types(includeReferenced: true).That().ResideInNamespaceMatching(to));
}

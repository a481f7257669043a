using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.Policy.Assertions;

/// <summary>
/// The assertions that name an algorithm suite. WS-SecurityPolicy has the suites of WCF; CXF and eDelivery have made up theirs, and those
/// that only ends of this library have are in a namespace of its own. A suite has one name for writing, and may have more for reading.
/// </summary>
internal static class SuiteNames
{
    private static readonly ImmutableArray<(XName Name, SecurityAlgorithmSuite Suite)> Others =
    [
        (Namespaces.Cxf + "Basic256GCM", SecurityAlgorithmSuite.Basic256Gcm),
        (Namespaces.Cxf + "Basic192GCM", SecurityAlgorithmSuite.Basic192Gcm),
        (Namespaces.Cxf + "Basic128GCM", SecurityAlgorithmSuite.Basic128Gcm),
        (Namespaces.EDelivery + "Basic128GCMSha256", SecurityAlgorithmSuite.Basic128GcmSha256),
        (Namespaces.EDelivery + "Basic128GCMSha256MgfSha256", SecurityAlgorithmSuite.Basic128GcmSha256MgfSha256),
        (Namespaces.Oxalis + "Basic128GCMSha256", SecurityAlgorithmSuite.Basic128GcmSha256),
        (Namespaces.Oxalis + "Basic128GCMSha256MgfSha256", SecurityAlgorithmSuite.Basic128GcmSha256MgfSha256),
        (Namespaces.Own + "Strong256", SecurityAlgorithmSuite.Strong256),
        (Namespaces.Own + "Strong256Sha384", SecurityAlgorithmSuite.Strong256Sha384),
        (Namespaces.Own + "Strong256Sha512", SecurityAlgorithmSuite.Strong256Sha512),
        (Namespaces.Own + "Strong256MLKem", SecurityAlgorithmSuite.Parse("Strong256MLKem")),
    ];

    /// <summary>All assertions that name a suite, in one version of WS-SecurityPolicy.</summary>
    public static IEnumerable<(XName Name, SecurityAlgorithmSuite Suite)> All(SpVersion sp) =>
        [.. SecurityAlgorithmSuite.All.Select(suite => (sp.Name(suite.Name), suite)), .. Others];

    /// <summary>The name under which a suite is written.</summary>
    public static XName Of(SecurityAlgorithmSuite suite, SpVersion sp) => All(sp).First(entry => entry.Suite == suite).Name;

    /// <summary>Whether an assertion names a suite of a stack that keeps its algorithms elsewhere.</summary>
    public static bool SaysNothing(XName name) => name == Namespaces.Cxf + "CustomAlgorithmSuite";
}

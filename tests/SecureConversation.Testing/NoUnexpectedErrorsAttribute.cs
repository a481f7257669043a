using System.Reflection;
using Xunit.v3;

namespace SecureConversation.Testing;

/// <summary>
/// Fails every test of the assembly whose <see cref="RecordedLog"/> has an error that the test did not expect. The check is made after the
/// test and beside its result: a test that failed before shows both reasons.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class NoUnexpectedErrorsAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test) => RecordedLog.Check(test);
}

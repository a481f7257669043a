using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Tests.State;

/// <summary>A message that nobody measures or traces pays nothing for it.</summary>
public sealed class TelemetryCostTests
{
    [Fact]
    public void Operation_ThatNobodyListensTo_AllocatesNothing()
    {
        var telemetry = new EngineTelemetry("client");
        var least = long.MaxValue;

        // A test beside this one may listen for a moment.
        for (var i = 0; i < 1000 && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using (var operation = telemetry.Secure("urn:uuid:1"))
            {
                operation.Succeeded(EngineMetrics.SecuredMessages, EngineMetrics.SecuredBytes, 1000);
            }

            using (var operation = telemetry.Verify().AsHandshake())
            {
                operation.Action("urn:e/Echo");
                operation.Failed(FailureCode.Stale);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}

using SecureConversation.Engine.Telemetry;

namespace SecureConversation;

/// <summary>Reports to telemetry what became of a message that no exception refused.</summary>
internal static class ReceivedOutcome
{
    /// <param name="result">What became of it. One that goes no further is answered under its own protection.</param>
    /// <param name="verifying">The operation, which ends.</param>
    /// <param name="octets">The size of the message.</param>
    /// <returns>The result.</returns>
    public static ServiceResult Report(ServiceResult result, in EngineTelemetry.Operation verifying, long octets)
    {
        using (verifying)
        {
            switch (result)
            {
                case ServiceResult.Dispatch dispatch:
                    verifying.Session(dispatch.Session?.Id);
                    verifying.Action(dispatch.Request.Action);
                    verifying.Succeeded(EngineMetrics.VerifiedMessages, EngineMetrics.VerifiedBytes, octets);
                    break;
                case ServiceResult.Respond { Code: FailureCode.None } answer:
                    verifying.Session(answer.Opened?.Id);
                    verifying.Succeeded(EngineMetrics.VerifiedMessages, EngineMetrics.VerifiedBytes, octets);
                    break;
                case ServiceResult.Respond refusal:
                    verifying.Failed(refusal.Code);
                    break;
            }

            return result;
        }
    }
}
